import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

// Every entry here is a name that `asset_url()` knows in the templates: "public.css", "admin.css", "admin.ts", …
const entries = ["public.css", "public.ts", "proof.ts", "admin.css", "admin.ts", "live.ts", "chart.css", "chart.ts", "editor.css", "editor.ts", "dev.css"];
const pictures = ["icon.svg"];

// Two parts of the Markdown parser that the editor has no use for, or has better from the browser.
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Pictures that only templates name get a hash and a line in the manifest, too. */
const picturesForTemplates: Plugin = {
  name: "pictures-for-templates",
  buildStart() {
    for (const name of pictures) {
      this.emitFile({ type: "asset", name, originalFileName: name, source: readFileSync(`src/${name}`) });
    }
  },
};

export default defineConfig({
  root: "src",
  base: "./", // stylesheets find their fonts beside them, under whatever prefix the app is mounted
  publicDir: false,
  plugins: [svelte({ configFile: false }), picturesForTemplates],
  resolve: { alias: { "linkify-it": here("src/editor/text/no-linkify.ts"), entities: here("src/editor/text/entities.ts") } },
  build: {
    outDir: "../../static.new", // hatch_build.py puts it in place when it is whole
    emptyOutDir: true,
    manifest: true,
    assetsDir: "",
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no `data:`
    modulePreload: false,
    rolldownOptions: {
      input: entries.map((entry) => `src/${entry}`),
      output: {
        entryFileNames: "[name].[hash].js",
        chunkFileNames: "[name].[hash].js",
        assetFileNames: "[name].[hash][extname]",
      },
    },
  },
});
