/**
 * @file What pages may not do: leave the app, open windows, embed other content, ask for permissions, download, reach the network. The
 * renderer is ours, but it shows strangers' files and names; should one of them ever run as code, it finds every door shut.
 */
import type { Session, WebContents } from "electron";

import { appOrigin, scheme } from "#protocol/electron-shell.ts";

type LockableSession = Pick<Session, "setPermissionRequestHandler" | "setPermissionCheckHandler" | "setDevicePermissionHandler" | "on"> & {
  readonly webRequest: Pick<Session["webRequest"], "onBeforeRequest">;
};

export function lockSession(session: LockableSession): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => callback(isAllowed(permission, details.requestingUrl)));
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => isAllowed(permission, requestingOrigin));
  session.setDevicePermissionHandler(() => false);
  session.on("will-download", (event) => event.preventDefault());
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !staysHere(details.url) }));
}

type LockableContents = Pick<WebContents, "setWindowOpenHandler" | "on">;

export function lockContents(contents: LockableContents): void {
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
  contents.on("will-navigate", (details) => {
    if (!isAppPage(details.url)) details.preventDefault();
  });
  contents.on("will-frame-navigate", (details) => {
    if (!details.isMainFrame || !isAppPage(details.url)) details.preventDefault();
  });
  contents.on("will-redirect", (details) => details.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
}

/** True for the page of the app itself: the only one that is ever loaded, and the only one that is listened to. */
export function isAppPage(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null &&
    parsed.protocol === `${scheme}:` &&
    parsed.host === "app" &&
    (parsed.pathname === "/" || parsed.pathname === "/index.html")
  );
}

/** Copying a path to the clipboard is the one thing the app asks for. */
function isAllowed(permission: string, requester: string): boolean {
  return permission === "clipboard-sanitized-write" && (requester === appOrigin || requester.startsWith(`${appOrigin}/`));
}

/** Nothing leaves the machine: our own scheme, what the page made itself, and the developer tools. */
function staysHere(url: string): boolean {
  return [`${scheme}:`, "devtools:", "blob:", "data:"].includes(URL.parse(url)?.protocol ?? "");
}
