/* The issue editor, the one page of the admin that needs a script: an island in the page it is given. */
import { mount } from "svelte";
import App from "./editor/components/App.svelte";
import { loadFormat } from "./editor/model/blocks.ts";
import { EditorStore } from "./editor/state/editor-store.svelte.ts";
import { LocalDrafts } from "./editor/state/local-drafts.ts";
import { csrfToken, readPageData } from "./editor/state/page-data.ts";
import { rememberMediaUrl } from "./editor/state/media-urls.ts";
import { Server } from "./editor/state/server.ts";
import { holdTab } from "./editor/state/tabs.ts";

const target = document.getElementById("issue-editor");
if (target) {
  const data = readPageData(document);
  loadFormat(data.schema, data.blocks);
  for (const [source, url] of Object.entries(data.media ?? {})) rememberMediaUrl(source, url);
  const { tab, openTabs } = holdTab(data.issueId);
  const drafts = new LocalDrafts(storage(), data.issueId, tab, data.user);
  const store = new EditorStore(data, new Server(data.urls, csrfToken(document)), drafts);
  target.replaceChildren();
  mount(App, { target, props: { store, openTabs } });
}

/** The device's storage; a browser that forbids it throws at the mere mention. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
