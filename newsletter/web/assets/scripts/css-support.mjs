/**
 * Reduces the data of caniemail.com (npm package `caniemail`, MIT) to what preflight asks: which CSS the large
 * mail programs do not support. Writes one JSON file: node css-support.mjs FILE
 */
import { writeFileSync } from "node:fs";
import data from "caniemail/caniemail.json" with { type: "json" };

const PROGRAMS = [
  ["Apple Mail", "apple-mail", "macos"],
  ["Apple Mail on iPhones", "apple-mail", "ios"],
  ["Gmail", "gmail", "desktop-webmail"],
  ["Gmail on Android", "gmail", "android"],
  ["Outlook on Windows", "outlook", "windows"],
  ["Outlook.com", "outlook", "outlook-com"],
  ["Yahoo Mail", "yahoo", "desktop-webmail"],
];

/** Whether the newest version that was tested does not support it ("n"); partly ("a") is not told. */
function isUnsupported(versions) {
  return Object.values(versions ?? {}).at(-1)?.startsWith("n") ?? false;
}

const features = {};
for (const { slug, title, category, stats } of data.data) {
  if (category !== "css") continue;
  const unsupported = PROGRAMS.filter(([, family, platform]) => isUnsupported(stats[family]?.[platform]));
  if (unsupported.length > 0) features[slug] = { title: title.trim(), unsupported: unsupported.map(([name]) => name) };
}
writeFileSync(process.argv[2], JSON.stringify({ updated: data.last_update_date.slice(0, 10), features }));
