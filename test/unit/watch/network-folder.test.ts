/**
 * @file Which file system holds a folder, from what Linux says of its mounts.
 */
import { expect, test } from "vitest";

import { kindOfMount } from "#engine/watch/network-folder.ts";

const mounts = Buffer.from(
  [
    "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw",
    "90 22 0:45 / /mnt/photos rw,relatime shared:2 master:7 - nfs4 nas:/photos rw,vers=4.2",
    "91 22 0:46 / /mnt/my\\040share rw - cifs //nas/share rw",
    "92 90 8:17 / /mnt/photos/local rw - xfs /dev/sdb1 rw",
    "93 22 0:47 / /mnt/over rw - ext4 /dev/sdc1 rw",
    "94 22 0:48 / /mnt/over rw - fuse.sshfs host: rw",
    "a line of another kind",
    "",
  ].join("\n"),
);

test.each([
  ["/home/me/pictures", "ext4"],
  ["/mnt/photos", "nfs4"],
  ["/mnt/photos/2024", "nfs4"],
  ["/mnt/photos-2", "ext4"],
  ["/mnt/photos/local/a", "xfs"],
  ["/mnt/my share/a", "cifs"],
  ["/mnt/over/a", "fuse.sshfs"],
])("%s lies on %s", (path, kind) => {
  expect(kindOfMount(mounts, Buffer.from(path))).toBe(kind);
});

test("nothing is said where nothing is known", () => {
  expect(kindOfMount(Buffer.from(""), Buffer.from("/a"))).toBeNull();
});
