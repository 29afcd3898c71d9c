/** @file Everything a page may not do, tried. */
import { EventEmitter } from "node:events";

import type { Session, WebContents } from "electron";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { isAppPage, lockContents, lockSession } from "../../../electron/main/lock-down.ts";

type PermissionRequest = NonNullable<Parameters<Session["setPermissionRequestHandler"]>[0]>;
type PermissionCheck = NonNullable<Parameters<Session["setPermissionCheckHandler"]>[0]>;
type DeviceCheck = NonNullable<Parameters<Session["setDevicePermissionHandler"]>[0]>;
type BeforeRequest = NonNullable<Parameters<Session["webRequest"]["onBeforeRequest"]>[0]>;
type WindowOpen = Parameters<WebContents["setWindowOpenHandler"]>[0];

const elsewhere = [
  "https://example.com/",
  "http://localhost:3000/",
  "file:///etc/passwd",
  "likeness://thumbnail/1",
  "likeness://image/1",
  "likeness://evil/",
  "likeness://app.evil/",
  "likeness://user@app/x",
  "likeness://app/assets/index.js",
  "likenessx://app/",
  "javascript:alert(1)",
  "data:text/html,<script>1</script>",
  "blob:likeness://app/1",
  "about:blank",
  "",
  "not a url",
  "chrome://gpu",
  "view-source:likeness://app/",
];

describe("a page", () => {
  const events = new EventEmitter();
  let openWindow: WindowOpen;
  beforeEach(() => {
    events.removeAllListeners();
    const contents = Object.assign(events, { setWindowOpenHandler: (handler: WindowOpen) => (openWindow = handler) });
    lockContents(contents as unknown as Pick<WebContents, "setWindowOpenHandler" | "on">);
  });

  function prevented(event: string, details: object): boolean {
    const preventDefault = vi.fn();
    events.emit(event, { ...details, preventDefault });
    return preventDefault.mock.calls.length > 0;
  }

  it.each(elsewhere)("cannot go to %s, in no frame", (url) => {
    expect(isAppPage(url)).toBe(false);
    expect(prevented("will-navigate", { url, isMainFrame: true })).toBe(true);
    expect(prevented("will-frame-navigate", { url, isMainFrame: true })).toBe(true);
    expect(prevented("will-frame-navigate", { url, isMainFrame: false })).toBe(true);
    expect(prevented("will-redirect", { url })).toBe(true);
    expect(openWindow({ url } as Parameters<WindowOpen>[0])).toEqual({ action: "deny" });
  });

  it("can load itself again, in the main frame only", () => {
    for (const url of ["likeness://app/", "likeness://app/index.html", "likeness://app/#/map", "likeness://app/?x=1"]) {
      expect(prevented("will-navigate", { url, isMainFrame: true })).toBe(false);
      expect(prevented("will-frame-navigate", { url, isMainFrame: true })).toBe(false);
      expect(prevented("will-frame-navigate", { url, isMainFrame: false })).toBe(true);
      expect(openWindow({ url } as Parameters<WindowOpen>[0])).toEqual({ action: "deny" });
    }
  });

  it("cannot embed a webview", () => expect(prevented("will-attach-webview", {})).toBe(true));
});

describe("a session", () => {
  const events = new EventEmitter();
  let request: PermissionRequest;
  let check: PermissionCheck;
  let device: DeviceCheck;
  let before: BeforeRequest;
  beforeEach(() => {
    events.removeAllListeners();
    const session = Object.assign(events, {
      setPermissionRequestHandler: (handler: PermissionRequest) => (request = handler),
      setPermissionCheckHandler: (handler: PermissionCheck) => (check = handler),
      setDevicePermissionHandler: (handler: DeviceCheck) => (device = handler),
      webRequest: { onBeforeRequest: (handler: BeforeRequest) => (before = handler) },
    });
    lockSession(session as unknown as Parameters<typeof lockSession>[0]);
  });

  function asks(permission: string, requestingUrl: string): boolean {
    let granted: boolean | null = null;
    request(null as unknown as WebContents, permission as Parameters<PermissionRequest>[1], (answer) => (granted = answer), {
      requestingUrl,
      isMainFrame: true,
    });
    return granted as unknown as boolean;
  }
  const checks = (permission: string, origin: string): boolean =>
    check(null, permission as Parameters<PermissionCheck>[1], origin, {
      requestingUrl: origin,
      isMainFrame: true,
    } as Parameters<PermissionCheck>[3]);

  it.each([
    "media",
    "geolocation",
    "notifications",
    "midi",
    "midiSysex",
    "pointerLock",
    "fullscreen",
    "openExternal",
    "clipboard-read",
    "display-capture",
    "hid",
    "serial",
    "usb",
    "fileSystem",
    "keyboardLock",
    "idle-detection",
    "storage-access",
    "speaker-selection",
    "window-management",
    "unknown",
  ])("grants no %s", (permission) => {
    expect(asks(permission, "likeness://app/")).toBe(false);
    expect(checks(permission, "likeness://app")).toBe(false);
  });

  it("lets the app write to the clipboard, and nobody else", () => {
    expect(asks("clipboard-sanitized-write", "likeness://app/")).toBe(true);
    expect(checks("clipboard-sanitized-write", "likeness://app")).toBe(true);
    for (const url of ["https://example.com/", "likeness://application/", "likeness://image/1", ""])
      expect([asks("clipboard-sanitized-write", url), checks("clipboard-sanitized-write", url)]).toEqual([false, false]);
  });

  it("grants no device and no download", () => {
    expect(device({} as Parameters<DeviceCheck>[0])).toBe(false);
    const preventDefault = vi.fn();
    events.emit("will-download", { preventDefault });
    expect(preventDefault).toHaveBeenCalledOnce();
  });

  it.each([
    ["likeness://app/index.html", false],
    ["likeness://thumbnail/3", false],
    ["devtools://devtools/bundled/x.js", false],
    ["blob:likeness://app/7", false],
    ["data:image/png;base64,AA", false],
    ["https://example.com/", true],
    ["http://127.0.0.1:80/", true],
    ["ws://localhost/", true],
    ["wss://example.com/", true],
    ["file:///etc/passwd", true],
    ["ftp://example.com/", true],
    ["chrome-extension://a/b", true],
    ["", true],
  ])("sends %s: cancelled %s", (url, cancelled) => {
    let answer: boolean | undefined;
    before({ url } as Parameters<BeforeRequest>[0], (response) => (answer = response.cancel));
    expect(answer).toBe(cancelled);
  });
});
