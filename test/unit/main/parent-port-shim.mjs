/**
 * @file Loaded before the entry of a real child process: gives it what Electron's utility processes have (`process.parentPort`, whose first
 * message brings a port), over the channel of child_process.
 */
import { EventEmitter } from "node:events";

const port = Object.assign(new EventEmitter(), {
  postMessage: (message) => process.send(message),
  start: () => process.on("message", (data) => port.emit("message", { data })),
  close: () => process.disconnect(),
});
process.on("disconnect", () => port.emit("close"));

const parentPort = new EventEmitter();
parentPort.on("newListener", () => queueMicrotask(() => parentPort.emit("message", { data: { kind: "engine" }, ports: [port] })));
Object.defineProperty(process, "parentPort", { value: parentPort });
