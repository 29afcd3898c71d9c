/** @file Where the app starts: draws the frame at once, then connects to the engine. */
import { mount } from "svelte";

import App from "./app/app.svelte";
import { runCommand } from "./app/commands.ts";
import { electronBridge } from "./client/bridge.ts";
import { connect } from "./client/connect.ts";
import { engine } from "./state/engine.svelte.ts";
import { jobs } from "./state/jobs.svelte.ts";

const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no element with the id app.");
mount(App, { target });

engine.start(connect());
jobs.start();
electronBridge()?.onMenu(runCommand);
