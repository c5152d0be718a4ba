/* Small services on the pages of a publication: its slug from its name, and copying what is to be pasted elsewhere. */

const LONGEST_SLUG = 63;

function slug(name: string): string {
  const plain = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, LONGEST_SLUG).replace(/-+$/, "");
}

const name = document.querySelector<HTMLInputElement>("[data-slug-source]");
const target = document.querySelector<HTMLInputElement>("[data-slug]");
let touched = false;
target?.addEventListener("input", () => {
  touched = target.value !== "";
});
name?.addEventListener("input", () => {
  if (target && !touched) target.value = slug(name.value);
});

/** The clipboard where the browser gives it (encrypted pages), else the older way; whether it worked. */
async function copy(box: HTMLTextAreaElement): Promise<boolean> {
  box.select();
  try {
    await navigator.clipboard.writeText(box.value);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
  const box = document.getElementById(button.dataset["copy"] ?? "");
  if (!(box instanceof HTMLTextAreaElement)) continue;
  const words = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => {
    void copy(box).then((done) => {
      button.textContent = (done ? button.dataset["copied"] : button.dataset["byHand"]) ?? words;
      setTimeout(() => {
        button.textContent = words;
      }, 2500);
    });
  });
  box.addEventListener("focus", () => box.select());
}
