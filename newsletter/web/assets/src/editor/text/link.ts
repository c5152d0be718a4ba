/** Links in rich text: an address and nothing else, and only such as may be sent. */

import { Mark } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import { linkError } from "../model/urls.ts";

declare module "@tiptap/core" {
  interface Commands<ReturnType> {
    link: {
      setLink: (attributes: { href: string }) => ReturnType;
      unsetLink: () => ReturnType;
    };
  }
}

const isLink = (url: string): boolean => Boolean(url) && !linkError(url);

export const Link = Mark.create({
  name: "link",
  inclusive: false, // what is typed after a link is not part of it
  exitable: true,

  addAttributes: () => ({ href: { default: "" } }),

  parseHTML: () => [
    { tag: "a[href]", getAttrs: (element) => (isLink(element.getAttribute("href") ?? "") ? null : false) },
  ],

  renderHTML: ({ HTMLAttributes: { href } }) => ["a", { href: String(href) }, 0],

  addCommands() {
    return {
      setLink: (attributes) => ({ commands }) => isLink(attributes.href) && commands.setMark(this.name, attributes),
      unsetLink: () => ({ commands }) => commands.unsetMark(this.name),
    };
  },

  /** An address pasted over words becomes their link; pasted alone, it is its own words. */
  addProseMirrorPlugins() {
    const { editor } = this;
    const handlePaste = (_: unknown, event: ClipboardEvent): boolean => {
      const url = event.clipboardData?.getData("text/plain").trim() ?? "";
      if (!/^(https?:\/\/|mailto:)\S+$/i.test(url) || !isLink(url)) return false;
      if (!editor.state.selection.empty) return editor.commands.setLink({ href: url });
      return editor.commands.insertContent({ type: "text", text: url, marks: [{ type: "link", attrs: { href: url } }] });
    };
    return [new Plugin({ props: { handlePaste } })];
  },
});
