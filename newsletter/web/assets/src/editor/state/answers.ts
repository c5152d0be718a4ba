/** What the server says of snippets and comments, and what is sent to it. */

/** A text that many issues share, and the page where it is edited. */
export interface Snippet {
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly url: string;
  readonly link_label: string;
  readonly page: string;
}

interface Said {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  readonly at: string;
}

/** An open comment with its replies; `path` is its place in the saved document, "" for the whole issue. */
export interface Thread extends Said {
  readonly path: string;
  readonly is_gone: boolean;
  readonly quote: string;
  readonly is_shared: boolean;
  readonly replies: readonly Said[];
}

/** `mark` is another one whenever a comment was written or resolved. */
export interface ThreadsAnswer {
  readonly threads: readonly Thread[];
  readonly mark: string;
}

/** A comment about a place in the saved document, or an answer to one. */
export interface NewComment {
  readonly text: string;
  readonly section?: string;
  readonly item?: number | undefined;
  readonly quote?: string;
  readonly reply_to?: number;
}
