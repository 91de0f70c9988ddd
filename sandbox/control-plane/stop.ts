import { existsSync, rmSync } from "node:fs";
import { withDirectoryLock } from "../processes/directory-lock.ts";
import { layoutOf } from "./layout.ts";
import { stopPrograms } from "./processes.ts";
import { programsBelow } from "./strays.ts";

/**
 * Ends every program of a directory's control plane, also of one that is only half there or whose files are gone. Its objects stay for the
 * next start. Does nothing where nothing runs.
 */
export async function stopControlPlane(dir: string): Promise<void> {
  if (existsSync(dir) || programsBelow(dir).length > 0) {
    const layout = layoutOf(dir);
    await withDirectoryLock(dir, () => stopPrograms(layout));
    for (const socket of [layout.socket, `${layout.socket}.api`]) {
      rmSync(socket, { force: true });
    }
  }
}
