/* The issue editor, the one page of the desk that needs a script: an island in the page it is given. */
import { mount } from "svelte";
import App from "./editor/parts/App.svelte";
import { Desk } from "./editor/state/desk.svelte.ts";
import { Device } from "./editor/state/device.ts";
import { csrfToken, readFacts } from "./editor/state/facts.ts";
import { remember } from "./editor/state/pictures.ts";
import { Server } from "./editor/state/server.ts";
import { holdTab } from "./editor/state/tabs.ts";
import { useWords } from "./editor/words.ts";

const target = document.getElementById("issue-editor");
if (target) {
  const facts = readFacts(document);
  useWords(facts.words ?? {});
  for (const [source, url] of Object.entries(facts.media ?? {})) remember(source, url);
  const { tab, openTabs } = holdTab(facts.issueId);
  const device = new Device(storage(), facts.issueId, tab, facts.user);
  const desk = new Desk(facts, new Server(facts.urls, csrfToken(document)), device);
  target.replaceChildren();
  mount(App, { target, props: { desk, openTabs } });
}

/** The device's storage; a browser that forbids it throws at the mere mention. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
