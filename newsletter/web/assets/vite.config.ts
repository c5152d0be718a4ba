import { defineConfig } from "vite";

// Every entry here is a name that `asset_url()` knows in the templates: "public.css", "admin.css", …
const entries = ["public.css", "public.ts", "admin.css", "dev.css"];

export default defineConfig({
  root: "src",
  base: "./", // stylesheets find their fonts beside them, under whatever prefix the app is mounted
  publicDir: false,
  build: {
    outDir: "../../static",
    emptyOutDir: true,
    manifest: true,
    assetsDir: "",
    assetsInlineLimit: 0, // a strict Content-Security-Policy has no `data:`
    cssCodeSplit: true,
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
