/** What the editor says: English, or the catalogue's words where the page brings them. */

let catalogue: Readonly<Record<string, string>> = {};

export function useWords(words: Readonly<Record<string, string>>): void {
  catalogue = words;
}

/** `text` in the reader's language, with `{name}` filled from `values`. */
export function say(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  const words = catalogue[text] ?? text;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** `one` for a count of one, `many` for all others; both may hold `{count}`. */
export function sayCount(count: number, one: string, many: string): string {
  return say(count === 1 ? one : many, { count: count.toLocaleString() });
}
