// What a vendor's program does with the client as npm has it. Arguments: URL, access token, public key, product,
// template.
// Prints one JSON object: what each step gave.
const { Key, Data, Helpers } = require("cryptolens");

const [url, token, publicKey, productText, template] = process.argv.slice(2);
const product = Number(productText);
const told = {};

/** What a refused step is told. */
async function refusal(step) {
  try {
    await step();
    return null;
  } catch (e) {
    return String(e.message || e);
  }
}

const activate = (key, machine) => Key.Activate(token, publicKey, product, key, machine, 0, false, 0, 0, url);
const show = (key) => Key.GetKey(token, publicKey, product, key, 0, false, url);

async function main() {
  const created = await Key.CreateKey(token, product, 30, "a note", false, null, false, 1, null, 0, 1,
    true, false, false, false, false, false, false, true, false, false, url);
  const key = created.key;

  const license = await activate(key, "machine-1"); // checks the signature
  told.activated = license.Key === key && license.ActivatedMachines[0].Mid === "machine-1";
  told.notExpired = Helpers.HasNotExpired(license);
  told.features = [1, 2, 8].map((feature) => Helpers.HasFeature(license, feature));
  told.onRightMachine = Helpers.IsOnRightMachineCustom(license, "machine-1");
  told.onWrongMachine = Helpers.IsOnRightMachineCustom(license, "machine-2");

  const saved = Helpers.SaveAsString(license);
  told.loaded = Helpers.LoadFromString(publicKey, saved, 3).Key === key;
  const forged = Buffer.from(JSON.parse(saved).licenseKey, "base64").toString("utf8").replace('"Period":30', '"Period":99');
  const forgery = JSON.stringify({ ...JSON.parse(saved), licenseKey: Buffer.from(forged).toString("base64") });
  told.loadedForgery = Helpers.LoadFromString(publicKey, forgery, 3) !== null;

  told.limit = await refusal(() => activate(key, "machine-2"));
  await Key.Deactivate(token, product, key, "machine-1", false, null, url);
  told.notActivated = await refusal(() => Key.Deactivate(token, product, key, "machine-1", false, null, url));
  await activate(key, "machine-2");

  const before = (await show(key)).Expires;
  await Key.ExtendLicense(token, product, key, 30, url);
  await Key.AddFeature(token, product, key, 3, url);
  await Key.RemoveFeature(token, product, key, 1, url);
  await Key.ChangeNotes(token, product, key, "another note", url);
  const after = await show(key);
  told.extendedBy = after.Expires - before;
  told.changed = [after.F1, after.F3, after.Notes];

  const trial = await Key.CreateTrialKey(token, product, "machine-1", url);
  const again = await Key.CreateTrialKey(token, product, "machine-1", url);
  told.trial = (trial.key || trial) === (again.key || again);

  const id = await Data.AddDataObjectToKey(token, product, key, true, "uses", "text", 5, url);
  const kept = (await show(key)).DataObjects[0];
  told.dataObject = kept.Id === id && kept.Name === "uses" && kept.StringValue === "text" && kept.IntValue === 5;
  told.sameName = await refusal(() => Data.AddDataObjectToKey(token, product, key, true, "uses", "", 1, url));
  told.dataOfUnknownKey = await refusal(() => Data.AddDataObjectToKey(token, product, "NONE", true, "uses", "", 1, url));

  const named = await show(await Key.CreateKeyFromTemplate(token, template, url));
  told.namedFeatures = ["export", "export.pdf", "export.csv", "sync"].map((name) => Helpers.HasFeature(named, name));
  told.unknownTemplate = await refusal(() => Key.CreateKeyFromTemplate(token, 999999, url));

  const floating = (machine, overdraft) =>
    Key.Activate(token, publicKey, product, key, machine, 0, false, 60, overdraft, url);
  const seat = await floating("seat-1", 0);
  told.seat = seat.ActivatedMachines[0].Mid;
  told.onSeat = Helpers.IsOnRightMachineCustom(seat, "seat-1", true, false);
  told.seatsTaken = await refusal(() => floating("seat-2", 0));
  const beyond = await floating("seat-2", 1);
  told.onOverdraft = Helpers.IsOnRightMachineCustom(beyond, "seat-2", true, true);
  await Key.Deactivate(token, product, key, "seat-1", true, null, url);
  told.seatAfterwards = (await floating("seat-3", 0)).ActivatedMachines[0].Mid;

  told.unknownKey = await refusal(() => activate("AAAAA-AAAAA-AAAAA-AAAAA", "machine-1"));
  told.unknownToken = await refusal(() =>
    Key.Activate("nobody's", publicKey, product, key, "machine-1", 0, false, 0, 0, url));
  told.unknownProduct = await refusal(() =>
    Key.Activate(token, publicKey, 999999, key, "machine-1", 0, false, 0, 0, url));
  console.log(JSON.stringify(told));
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
