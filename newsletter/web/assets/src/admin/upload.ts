/*
 * A file that is too large is refused before it travels: a server that stops listening in the middle of an upload looks
 * like a broken connection. The sentence comes from the server, which refuses it as well.
 */

for (const input of document.querySelectorAll<HTMLInputElement>('input[type="file"][data-most]')) {
  input.addEventListener("change", () => {
    const octets = input.files?.[0]?.size ?? 0;
    input.setCustomValidity(octets > Number(input.dataset["most"]) ? (input.dataset["tooLarge"] ?? "") : "");
    input.reportValidity();
  });
}
