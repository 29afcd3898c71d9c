/**
 * @file The most memory that this process and those it started held together at one moment, looked at ten times a second. Linux only; elsewhere 0.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface MemoryWatch {
  /** Bytes. */
  stop(): { readonly most: number; readonly mostOfOne: number };
}

export function watchMemory(): MemoryWatch {
  let most = 0;
  let mostOfOne = 0;
  const timer = setInterval(() => {
    const each = family(process.pid).map(residentBytes);
    most = Math.max(
      most,
      each.reduce((sum, bytes) => sum + bytes, 0),
    );
    mostOfOne = Math.max(mostOfOne, ...each);
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return { most, mostOfOne };
    },
  };
}

/** The process and all below it. */
function family(root: number): number[] {
  if (process.platform !== "linux") return [];
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^PPid:\s+(\d+)/m.exec(statusOf(Number(name)))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const id of found) found.push(...(children.get(id) ?? []));
  return found;
}

function residentBytes(id: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(statusOf(id))?.[1] ?? 0) * 1024;
}

function statusOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/status`, "utf8");
  } catch {
    return ""; // it ended meanwhile
  }
}
