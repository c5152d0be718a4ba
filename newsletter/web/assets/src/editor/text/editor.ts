/** The rich text editor: exactly the marks of the format, no styles of its own, no history of its own. */

import { Editor, Extension, type Extensions, type JSONContent } from "@tiptap/core";
import Bold from "@tiptap/extension-bold";
import Document from "@tiptap/extension-document";
import HardBreak from "@tiptap/extension-hard-break";
import Italic from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import Paragraph from "@tiptap/extension-paragraph";
import Text from "@tiptap/extension-text";
import type { Slice } from "@tiptap/pm/model";
import { Plugin, Selection } from "@tiptap/pm/state";
import { Decoration, DecorationSet, type EditorView } from "@tiptap/pm/view";
import { fieldsIn } from "../model/mergefields.ts";
import { withoutMarks } from "../model/pasted.ts";
import { Link } from "./link.ts";
import { cleanPastedHtml } from "./paste.ts";
import { parseLine, parseRichText, type Node } from "./parse.ts";
import { serializeRichText } from "./serialize.ts";

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
  /** Several lines were pasted into an editor of one: the field is to become these. False when it cannot. */
  readonly onlines: (texts: string[]) => boolean;
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

const LineBreak = HardBreak.extend({
  addKeyboardShortcuts() {
    return { "Shift-Enter": () => this.editor.commands.setHardBreak() };
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
    addKeyboardShortcuts: () => ({
      Enter: () => wishes.single && (wishes.onenter(), true),
      // Those belong to the page: they never change the text that is left by them.
      "Mod-Enter": () => true,
      "Ctrl-Enter": () => true,
    }),
  });
  return new Editor({
    element,
    injectCSS: false,
    content: textToShow(wishes.text, wishes.single),
    extensions: [
      ...(wishes.single ? ONE_LINE : BLOCKS), Paragraph, Text, LineBreak, Bold, Italic, Link, Tokens, enter,
    ],
    editorProps: {
      attributes: (state): Record<string, string> => ({
        ...wishes.attributes(),
        class: state.doc.textContent || state.doc.childCount > 1 ? "rich" : "rich rich-empty",
      }),
      transformPastedHTML: (html) => cleanPastedHtml(html, !wishes.single),
      transformPastedText: withoutControls,
      handlePaste: (view, _, slice) => wishes.single && spreadLines(view, slice, wishes.onlines),
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

/** Lines that do not fit into an editor of one are given away, with the words around the cursor, or put one below the other. */
function spreadLines(view: EditorView, slice: Slice, onlines: (texts: string[]) => boolean): boolean {
  const lines = linesIn(slice.content.toJSON() as Node[] | null);
  if (lines.length < 2) return false;
  const { from, to } = view.state.selection;
  const around = [view.state.doc.cut(0, from), view.state.doc.cut(to)].map((part) => serializeRichText(part.toJSON() as Node));
  const [before = "", after = ""] = around;
  const texts = [before, ...unmarked(lines).map((content) => serializeRichText({ type: "doc", content: [{ type: "paragraph", content }] })), after];
  if (onlines(texts.filter(Boolean))) return true;
  const joined = lines.flatMap((content, index) => (index > 0 ? [{ type: "hardBreak" }, ...content] : content));
  const { schema } = view.state;
  view.dispatch(view.state.tr.replaceWith(from, to, joined.map((node) => schema.nodeFromJSON(node))).scrollIntoView());
  return true;
}

/** The lines of what is pasted; a break within begins a line of its own only where nothing else does. */
function linesIn(nodes: readonly Node[] | null): Node[][] {
  const paragraphs = (nodes ?? []).map((node) => (node.type === "paragraph" ? (node.content ?? []) : [node]));
  const hasWords = (line: readonly Node[]): boolean => line.some((node) => node.text?.trim());
  const filled = paragraphs.filter(hasWords);
  if (filled.length !== 1) return filled;
  const lines: Node[][] = [[]];
  for (const node of filled[0] ?? []) node.type === "hardBreak" ? lines.push([]) : lines.at(-1)?.push(node);
  return lines.filter(hasWords);
}

/** The lines without a bullet or number that each of them begins with. */
function unmarked(lines: readonly Node[][]): Node[][] {
  const texts = withoutMarks(lines.map(([first]) => first?.text ?? ""));
  return lines.map((line, index) => {
    const [first, ...rest] = line;
    const text = texts[index];
    return first?.text && first.text !== text ? [...(text ? [{ ...first, text }] : []), ...rest] : [...line];
  });
}

/** Characters that no text may hold: those that end a line do so, others are left out. */
function withoutControls(text: string): string {
  return text.replace(/[\v\f\u0085\u2028\u2029]/g, "\n").replace(/[\x00-\x08\x0e-\x1f\x7f-\x9f]/g, "");
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
