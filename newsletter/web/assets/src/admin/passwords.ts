/* A password can be looked at before it is sent: `<input type="password" data-reveal="words for the box">`. */

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-reveal]")) {
  const box = document.createElement("input");
  box.type = "checkbox";
  box.id = `${input.id}-reveal`;
  const label = document.createElement("label");
  label.htmlFor = box.id;
  label.textContent = input.dataset["reveal"] ?? "";
  const row = document.createElement("div");
  row.className = "check check-small";
  row.append(box, label);
  input.closest(".field")?.append(row);
  box.addEventListener("change", () => {
    input.type = box.checked ? "text" : "password";
  });
  // Browsers offer to remember what is in a text field.
  input.form?.addEventListener("submit", () => {
    input.type = "password";
  });
}
