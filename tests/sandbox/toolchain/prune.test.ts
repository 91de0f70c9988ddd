import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KEPT_DAYS, markUsed, pruneUnused } from "../../../sandbox/toolchain/prune.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * 24 * 60 * 60 * 1000);
}

describe("programs of former pins", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mesh-prune-"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** A folder that was built at a day and, where it is given, used at another. */
  function folder(name: string, built: number, used?: number): string {
    const dir = join(root, name);
    mkdirSync(dir);
    writeFileSync(join(dir, "etcd"), "program");
    if (used !== undefined) {
      markUsed(dir, daysAgo(used));
    }
    utimesSync(dir, daysAgo(built), daysAgo(built));
    return dir;
  }

  it("go when nothing has used them for a month, however old they are", () => {
    const current = folder("0000000000000000", 400, 0);
    folder("1111111111111111", 400, KEPT_DAYS - 1);
    folder("2222222222222222", 400, KEPT_DAYS + 1);
    folder("3333333333333333", KEPT_DAYS + 1);
    folder("4444444444444444", KEPT_DAYS - 1);
    assert.deepEqual(pruneUnused(current, NOW).toSorted(), ["2222222222222222", "3333333333333333"]);
    assert.ok(!existsSync(join(root, "2222222222222222")));
    assert.ok(existsSync(join(root, "1111111111111111", "etcd")));
    assert.deepEqual(pruneUnused(current, NOW), []);
  });

  it("are the only ones: the folder in use and what is named otherwise stay", () => {
    const current = folder("0000000000000000", 400);
    folder("my-notes", 400);
    writeFileSync(join(root, "5555555555555555"), "a file");
    assert.deepEqual(pruneUnused(current, NOW), []);
  });
});
