// node phone.js create FOLDER VISITS | push FOLDER URL | pull FOLDER URL
// Does one thing with a database on disk and prints its seconds and peak memory as JSON.
const fs = require('fs');
const readline = require('readline');
const PouchDB = require('./pouch');

const [, , verb, folder, source] = process.argv;
const BATCH = 1000;

// Of the batch sizes tried (100, 500, 1000, 2000) the one that PouchDB is fastest with.
const replication = { batch_size: BATCH, batches_limit: 10 };

async function create(db, file) {
  const lines = readline.createInterface({ input: fs.createReadStream(file) });
  let batch = [];
  for await (const line of lines) {
    const { id, ...fields } = JSON.parse(line);
    batch.push({ _id: id, ...fields });
    if (batch.length === BATCH) {
      await db.bulkDocs(batch);
      batch = [];
    }
  }
  await db.bulkDocs(batch);
}

const verbs = {
  create,
  push: (db, url) => db.replicate.to(url, replication),
  pull: (db, url) => db.replicate.from(url, replication),
};

async function main() {
  const start = process.hrtime.bigint();
  const db = new PouchDB(folder, { adapter: 'leveldb' });
  await verbs[verb](db, source);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { doc_count: visits } = await db.info();
  await db.close();
  const peak_kb = process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ seconds, visits, peak_kb }));
}

main().catch((problem) => {
  console.error(problem);
  process.exit(1);
});
