/*
 * Readers' pages are whole without this file. It only spares a reader a second press of a button and a search for the
 * field that was refused.
 */

/** A form that is on its way says so and is not sent twice; coming back to the page wakes it again. */
function guardAgainstSecondPress(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (form.dataset["sent"] !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "";
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    button.setAttribute("aria-busy", "true");
    const busy = button.dataset["busy"];
    if (busy) {
      button.dataset["label"] = button.textContent;
      button.textContent = busy;
    }
  });
}

function wake(form: HTMLFormElement): void {
  delete form.dataset["sent"];
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[aria-busy="true"]')) {
    button.removeAttribute("aria-busy");
    if (button.dataset["label"]) button.textContent = button.dataset["label"];
  }
}

/** The first refused field takes the focus, so that a keyboard or a screen reader starts at what has to change. */
function focusFirstRefused(): void {
  document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

const forms = document.querySelectorAll<HTMLFormElement>('form[method="post"]');
forms.forEach(guardAgainstSecondPress);
focusFirstRefused();

// A page taken from the back/forward cache still has its form asleep.
addEventListener("pageshow", (event) => {
  if (event.persisted) forms.forEach(wake);
});
