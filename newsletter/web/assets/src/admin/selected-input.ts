/* A proposed value begins selected, so that typing replaces it. */

document.querySelector<HTMLInputElement>("input[data-selected]")?.select();

export {};
