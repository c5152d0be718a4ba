/** What the editor says to people. Its words are English in the code and go through `t`, as `_()` does in Python. */

/** `text` with `{name}` filled from `values`. */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** `one` for a count of one, `many` for all others; both may hold `{count}`. */
export function plural(count: number, one: string, many: string): string {
  return t(count === 1 ? one : many, { count: count.toLocaleString() });
}

/** How long ago a moment was: “3 hours ago”. */
export function age(moment: string, now = Date.now()): string {
  const seconds = (Date.parse(moment) - now) / 1_000;
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, { numeric: "auto" });
  for (const [unit, length] of [["day", 86_400], ["hour", 3_600], ["minute", 60]] as const) {
    if (Math.abs(seconds) >= length) return words.format(Math.round(seconds / length), unit);
  }
  return words.format(0, "minute");
}
