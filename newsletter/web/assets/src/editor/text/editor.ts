/** The rich text editor: exactly the marks of the format, no styles of its own, no history of its own. */

import { Editor, Extension, type Extensions, type JSONContent } from "@tiptap/core";
import Bold from "@tiptap/extension-bold";
import Document from "@tiptap/extension-document";
import HardBreak from "@tiptap/extension-hard-break";
import Italic from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import Paragraph from "@tiptap/extension-paragraph";
import Text from "@tiptap/extension-text";
import { Plugin, Selection } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import { fieldsIn } from "../model/mergefields.ts";
import { Link } from "./link.ts";
import { cleanPastedHtml } from "./paste.ts";
import { parseLine, parseRichText, type Node } from "./parse.ts";

export interface Wishes {
  readonly text: string;
  readonly single: boolean;
  readonly attributes: () => Record<string, string>;
  readonly onchange: (doc: Node) => void;
  readonly onfocus: (editor: Editor) => void;
  readonly onblur: (editor: Editor) => void;
  /** The selection or what is at it changed. */
  readonly onstep: () => void;
  readonly onenter: () => void;
  readonly onhistory: (undo: boolean) => void;
}

/** Merge fields are text; a wash behind them says that they will be something else. */
const Tokens = Extension.create({
  name: "tokens",
  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          decorations: (state) => {
            const decorations: Decoration[] = [];
            state.doc.descendants((node, at) => {
              for (const { start, end } of fieldsIn(node.text ?? "")) {
                decorations.push(Decoration.inline(at + start, at + end, { class: "token" }));
              }
            });
            return DecorationSet.create(state.doc, decorations);
          },
        },
      }),
    ];
  },
});

const ONE_LINE: Extensions = [Document.extend({ content: "paragraph" })];
const BLOCKS: Extensions = [Document, BulletList, OrderedList, ListItem, ListKeymap];

export function textToShow(text: string, single: boolean): JSONContent {
  return single ? parseLine(text) : parseRichText(text);
}

export function makeEditor(element: HTMLElement, wishes: Wishes): Editor {
  const enter = Extension.create({
    name: "enter",
    priority: 1_000,
    addKeyboardShortcuts: () => ({ Enter: () => wishes.single && (wishes.onenter(), true) }),
  });
  return new Editor({
    element,
    injectCSS: false,
    content: textToShow(wishes.text, wishes.single),
    extensions: [
      ...(wishes.single ? ONE_LINE : BLOCKS), Paragraph, Text, HardBreak, Bold, Italic, Link, Tokens, enter,
    ],
    editorProps: {
      attributes: (state): Record<string, string> => ({
        ...wishes.attributes(),
        class: state.doc.textContent || state.doc.childCount > 1 ? "rich" : "rich rich-empty",
      }),
      transformPastedHTML: cleanPastedHtml,
      handleDOMEvents: {
        beforeinput: (_, event) => {
          const isHistory = event.inputType === "historyUndo" || event.inputType === "historyRedo";
          if (!isHistory) return false;
          event.preventDefault();
          wishes.onhistory(event.inputType === "historyUndo");
          return true;
        },
      },
    },
    onUpdate: ({ editor }) => wishes.onchange(editor.getJSON() as Node),
    onFocus: ({ editor }) => wishes.onfocus(editor),
    onBlur: ({ editor }) => wishes.onblur(editor),
    onTransaction: () => wishes.onstep(),
  });
}

/** The cursor goes to the nearest place for one: a position may lie between two blocks. */
export function placeCursor({ state, view }: Editor, at: number): void {
  const near = Selection.near(state.doc.resolve(Math.min(at, state.doc.content.size)));
  view.dispatch(state.tr.setSelection(near));
}

/** Take over what is selected on the page: browsers tell it a moment after the key that selected it. */
export function takeSelection(editor: Editor): void {
  const shown = document.getSelection();
  const { view } = editor;
  if (!shown?.anchorNode || !shown.focusNode || !view.dom.contains(shown.anchorNode) || !view.dom.contains(shown.focusNode)) return;
  const ends = [view.posAtDOM(shown.anchorNode, shown.anchorOffset), view.posAtDOM(shown.focusNode, shown.focusOffset)];
  editor.commands.setTextSelection({ from: Math.min(...ends), to: Math.max(...ends) });
}
