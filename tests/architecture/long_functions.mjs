// Prints the functions of TypeScript and Svelte files that have more than LINES lines, as `file:line name`.
//   node long_functions.mjs TYPESCRIPT LINES FILE…      TYPESCRIPT: the library's own file
import { readFileSync } from "node:fs";

const [library, most, ...files] = process.argv.slice(2);
const { default: ts } = await import(library);

/** The code of `file`, on the lines that it has there. */
function codeOf(file) {
  const text = readFileSync(file, "utf8");
  if (!file.endsWith(".svelte")) return text;
  return text.replace(/(^|<\/script>)[\s\S]*?(<script[^>]*>|$)/g, (markup) => markup.replace(/[^\n]/g, " "));
}

for (const file of files) {
  const source = ts.createSourceFile(file, codeOf(file), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const line = (at) => source.getLineAndCharacterOfPosition(at).line + 1;
  const look = (node) => {
    if (ts.isFunctionLike(node) && node.body && line(node.end) - line(node.getStart()) >= Number(most)) {
      console.log(`${file}:${line(node.getStart())} ${node.name?.getText() ?? "(without a name)"}`);
    }
    ts.forEachChild(node, look);
  };
  look(source);
}
