import assert from "node:assert/strict";
import { readCluster } from "../../../cli/doctor/read-cluster.ts";
import { diagnose } from "../../../model/doctor/diagnose.ts";
import { DOCTOR_CASES } from "../../support/doctor-cases.ts";
import { LiveMesh, needsPods } from "../../support/live-mesh.ts";

/** Faults that a live cluster can be given here; a NodePort's gateway has no address to lose. */
const CASES = DOCTOR_CASES.filter(({ code }) => code !== "gateway-without-address");

describe("the doctor of a mesh that runs", function () {
  this.timeout(900_000);
  let mesh: LiveMesh | undefined;

  before(async function () {
    await needsPods(this);
    mesh = await LiveMesh.up("ecommerce", (yaml) => yaml);
  });
  after(() => mesh?.down());

  it("finds nothing where nothing is wrong, and each fault alone", async () => {
    assert.ok(mesh !== undefined);
    const { api, client, stack } = mesh;
    const look = async () => diagnose(await readCluster(api, stack));
    assert.deepEqual(await look(), []);
    for (const { code, break: put } of CASES) {
      const takeBack = await put(client);
      const found = await look();
      await takeBack();
      assert.deepEqual([...new Set(found.map((one) => one.code))], [code], JSON.stringify(found));
    }
  });
});
