//! One transaction's worth of work, with what it looked up already.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tanfang_core::entry::Lookup;
use tanfang_core::facts::rows::{Day, Facts, Instant};
use tanfang_core::facts::{FactRow, assemble};
use tanfang_core::form::Form;
use tanfang_core::merge::Record;
use tanfang_core::model::area::AreaTree;
use tanfang_core::model::{
    AreaCode, DeviceId, DeviceSeq, DocumentKind, DocumentRef, Epoch, FormRef, Manifest, RecordId,
    Rng, WallTime, WorkerId,
};
use tanfang_core::rights::Roles;
use tanfang_core::vault::Secret;

use super::known::PublishedForm;
use super::{DEVICE, EPOCH, House, LAST_STAMP, SUSPECTED, pack};
use crate::store::{
    DeviceKind, DeviceRow, FeedRow, KeyNo, NewDevice, Route, StoreError, Stored, Tx,
};

/// Work within one transaction. What it changed of feeds is written by [`Turn::finish`].
pub struct Turn<'a> {
    pub(super) house: &'a mut House,
    pub(super) tx: &'a mut dyn Tx,
    pub(super) now: WallTime,
    pub(super) rng: &'a dyn Rng,
    pub(super) feeds: BTreeMap<String, (FeedRow, bool)>,
    pub(super) routes: HashMap<RecordId, Option<Arc<Route>>>,
    pub(super) part_keys: HashMap<RecordId, (KeyNo, Secret)>,
    /// Through which number each device was heard before this turn.
    pub(super) heard_through: HashMap<DeviceId, DeviceSeq>,
    /// Whether this store was ever restored from a backup, once asked.
    pub(super) restored: Option<bool>,
    /// Whether any save waits, once that was asked.
    pub(super) waits: Option<bool>,
    /// Records that this turn left in conflict.
    pub(super) rivalled: BTreeSet<RecordId>,
    /// Whether this turn altered who may write what.
    pub(super) rights_moved: bool,
    manifest: Option<Arc<Manifest>>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        house: &'a mut House,
        tx: &'a mut dyn Tx,
        now: WallTime,
        rng: &'a dyn Rng,
    ) -> Self {
        Self {
            house,
            tx,
            now,
            rng,
            feeds: BTreeMap::new(),
            routes: HashMap::new(),
            part_keys: HashMap::new(),
            heard_through: HashMap::new(),
            restored: None,
            waits: None,
            rivalled: BTreeSet::new(),
            rights_moved: false,
            manifest: None,
        }
    }

    /// Writes what was kept back; without it the transaction must not be committed.
    pub fn finish(self) -> Stored<()> {
        for (feed, altered) in self.feeds.into_values() {
            if altered {
                self.tx.set_end(&feed)?;
            }
        }
        Ok(())
    }

    /// The transaction.
    pub fn tx(&mut self) -> &mut dyn Tx {
        self.tx
    }

    /// The moment of the turn.
    pub fn now(&self) -> WallTime {
        self.now
    }

    /// A new UUIDv7 of the moment.
    pub fn fresh_id(&self) -> RecordId {
        RecordId::fresh(self.now, self.rng)
    }

    /// Hands a pure room the records that it asks for; the store's first failure comes out.
    pub(super) fn looking_up<T>(&mut self, ask: impl FnOnce(&Lookup<'_>) -> T) -> Stored<T> {
        let failed: RefCell<Option<StoreError>> = RefCell::new(None);
        let turn = RefCell::new(self);
        let told = ask(&|id| {
            turn.borrow_mut().record(id).unwrap_or_else(|error| {
                failed.borrow_mut().get_or_insert(error);
                None
            })
        });
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok(told),
        }
    }

    /// Today in UTC+8.
    pub fn today(&self) -> Day {
        Instant(self.now.millis).day()
    }

    /// Opens a new history, with the server as a new device in it. Phones begin every feed anew, with
    /// their own parts: what had moved away by what is forgotten, they have let go.
    pub(super) fn open_epoch(&mut self) -> Stored<()> {
        let epoch = Epoch::fresh(self.now, self.rng);
        let id = DeviceId::fresh(self.now, self.rng);
        let mut salt_key = [0; 32];
        self.rng.fill(&mut salt_key);
        self.tx.add_device(&NewDevice {
            id,
            kind: DeviceKind::Server,
            worker: WorkerId::from_uuid(id.uuid()),
            algorithm: "Ed25519".into(),
            public_key: self.house.keys().signing().public(),
            salt_key,
            token_hash: None,
            enrolled_at: self.now.millis,
            app: concat!("tanfang-server ", env!("CARGO_PKG_VERSION")).into(),
        })?;
        self.tx.set_meta(EPOCH, epoch.bytes())?;
        self.tx.set_meta(DEVICE, id.bytes())?;
        self.tx.set_meta(LAST_STAMP, &[])?;
        self.tx.set_meta(SUSPECTED, &[])?;
        self.tx.drop_every_feed()?;
        self.restored = None;
        self.audit("epoch", &format!("opened {epoch}"))
    }

    pub(super) fn server(&mut self) -> Stored<DeviceRow> {
        let id = super::server_device(self.tx)?;
        self.tx.device_by_id(id)?.ok_or(StoreError::Damaged {
            what: "the server's device",
        })
    }

    /// How a record is routed; asked of the store once.
    pub(super) fn route(&mut self, id: RecordId) -> Stored<Option<Arc<Route>>> {
        if let Some(known) = self.routes.get(&id) {
            return Ok(known.clone());
        }
        let route = self.tx.route(id)?.map(Arc::new);
        self.routes.insert(id, route.clone());
        Ok(route)
    }

    /// The settled record, if there is one.
    pub fn record(&mut self, id: RecordId) -> Stored<Option<Record>> {
        match self.tx.settled(id)? {
            Some(bytes) => self.unpacked_record(id, &bytes).map(Some),
            None => Ok(None),
        }
    }

    /// A settled record from what is kept of it; made from the log where only one save spoke of it.
    pub(super) fn unpacked_record(&mut self, id: RecordId, bytes: &[u8]) -> Stored<Record> {
        match pack::OnlySave::read(bytes) {
            Some(only) => self.settled_by(id, &only),
            None => self.house.packer.unpack_record(bytes),
        }
    }

    /// The key of an owner's parts, made at the first call.
    pub(super) fn part_key(&mut self, owner: RecordId) -> Stored<(KeyNo, Secret)> {
        if let Some(known) = self.part_keys.get(&owner) {
            return Ok(known.clone());
        }
        let found = match self.tx.part_key(owner)? {
            Some((no, Some(wrapped))) => (no, self.house.keys.unwrap_key(&wrapped)?),
            Some((_, None)) => {
                return Err(StoreError::Damaged {
                    what: "an erased person",
                });
            }
            None => {
                let key = Secret::fresh(self.rng);
                let wrapped = self.house.keys.wrap(&key, self.rng)?;
                (self.tx.add_part_key(owner, &wrapped)?, key)
            }
        };
        self.part_keys.insert(owner, found.clone());
        Ok(found)
    }

    /// The manifest in force.
    pub fn manifest(&mut self) -> Stored<Arc<Manifest>> {
        if let Some(manifest) = &self.manifest {
            return Ok(manifest.clone());
        }
        let manifest = self.read_manifest()?;
        self.manifest = Some(manifest.clone());
        Ok(manifest)
    }

    fn read_manifest(&mut self) -> Stored<Arc<Manifest>> {
        let Some(row) = self.tx.manifest()? else {
            return Ok(Arc::default());
        };
        if let Some((number, manifest)) = &self.house.manifest
            && *number == row.number
        {
            return Ok(manifest.clone());
        }
        let manifest: Manifest =
            serde_json::from_str(&row.body).map_err(|_| StoreError::Damaged {
                what: "the manifest",
            })?;
        let manifest = Arc::new(manifest);
        self.house.manifest = Some((row.number, manifest.clone()));
        Ok(manifest)
    }

    /// Forgets the manifest that this turn read, because the turn itself published another.
    pub(super) fn manifest_altered(&mut self) {
        self.manifest = None;
    }

    /// The body of the document of this kind that new records use; of several the last listed.
    pub fn active_document(&mut self, kind: DocumentKind) -> Stored<Option<(String, String)>> {
        let manifest = self.manifest()?;
        let listed = manifest
            .documents
            .iter()
            .rfind(|d| d.kind == kind && d.active);
        let Some(listed) = listed else {
            return Ok(None);
        };
        let row = self.tx.document(&listed.hash)?;
        let row = row.ok_or(StoreError::Damaged { what: "a document" })?;
        Ok(Some((row.hash, row.body)))
    }

    /// Every listed document of these kinds with its body, in the manifest's order.
    pub fn listed_documents(
        &mut self,
        kinds: &[DocumentKind],
    ) -> Stored<Vec<(DocumentRef, String)>> {
        let manifest = self.manifest()?;
        let mut bodies = Vec::new();
        for listed in manifest
            .documents
            .iter()
            .filter(|listed| kinds.contains(&listed.kind))
        {
            let row = self.tx.document(&listed.hash)?;
            bodies.push((
                listed.clone(),
                row.ok_or(StoreError::Damaged { what: "a document" })?.body,
            ));
        }
        Ok(bodies)
    }

    /// Everything that compliance reads, of the whole county.
    pub fn facts(&mut self) -> Stored<Facts> {
        let mut rows: Vec<FactRow> = Vec::new();
        self.tx.facts(&mut |bytes| {
            rows.push(pack::unpacked(bytes, "a fact")?);
            Ok(())
        })?;
        let synced = self.tx.last_syncs(0)?;
        let synced = synced
            .into_iter()
            .filter_map(|row| Some((row.worker, row.millis?)))
            .collect();
        Ok(assemble(rows, &synced))
    }

    /// The records of a worker's assignments.
    pub fn assignment_records(&mut self, worker: WorkerId) -> Stored<Vec<RecordId>> {
        self.tx.assignment_records(worker)
    }

    /// The records of the pairings of a worker with a person.
    pub fn pairing_records(&mut self, worker: WorkerId, person: RecordId) -> Stored<Vec<RecordId>> {
        let rows = self.tx.pairings_of(worker)?;
        Ok(rows
            .into_iter()
            .filter(|row| row.person == person)
            .map(|row| row.record)
            .collect())
    }

    /// The table of roles in force.
    pub fn roles(&mut self) -> Stored<Arc<Roles>> {
        let manifest = self.manifest()?;
        let mut listed = manifest.documents.iter().rev();
        let Some(listed) = listed.find(|d| d.kind == DocumentKind::Roles && d.active) else {
            return Ok(Arc::new(Roles::built_in()));
        };
        if let Some((known, roles)) = &self.house.roles
            && *known == listed.hash
        {
            return Ok(roles.clone());
        }
        let row = self.tx.document(&listed.hash)?;
        let body = row.ok_or(StoreError::Damaged { what: "a document" })?.body;
        let roles = Roles::from_json(body.as_bytes()).map_err(|_| StoreError::Damaged {
            what: "the table of roles",
        })?;
        let roles = Arc::new(roles);
        self.house.roles = Some((listed.hash.clone(), roles.clone()));
        Ok(roles)
    }

    /// The tree of areas in force; empty where none was imported.
    pub fn areas(&mut self) -> Stored<Arc<AreaTree>> {
        let manifest = self.manifest()?;
        let mut listed = manifest.documents.iter();
        let Some(listed) = listed.rfind(|d| d.kind == DocumentKind::Areas && d.active) else {
            return Ok(Arc::default());
        };
        if let Some((known, tree)) = &self.house.areas
            && *known == listed.hash
        {
            return Ok(tree.clone());
        }
        let row = self.tx.document(&listed.hash)?;
        let body = row.ok_or(StoreError::Damaged { what: "a document" })?.body;
        let tree: AreaTree = serde_json::from_str(&body).map_err(|_| StoreError::Damaged {
            what: "the tree of areas",
        })?;
        let tree = Arc::new(tree);
        self.house.areas = Some((listed.hash.clone(), tree.clone()));
        Ok(tree)
    }

    /// A published form; none where the server never published it, or under another name.
    pub(super) fn form(&mut self, form: &FormRef) -> Stored<Option<Arc<PublishedForm>>> {
        let found = self.form_by_hash(&form.hash)?;
        Ok(found
            .filter(|found| found.form().id() == form.id && found.form().version() == form.version))
    }

    /// A published form by its hash.
    pub fn form_by_hash(&mut self, hash: &str) -> Stored<Option<Arc<PublishedForm>>> {
        if let Some(known) = self.house.forms.get(hash) {
            return Ok(Some(known.clone()));
        }
        let Some(row) = self.tx.document(hash)? else {
            return Ok(None);
        };
        if row.kind != DocumentKind::Form {
            return Ok(None);
        }
        let form = Form::from_json(row.body.as_bytes()).map_err(|_| StoreError::Damaged {
            what: "a published form",
        })?;
        let form = Arc::new(PublishedForm::new(form));
        self.house.forms.insert(hash.to_owned(), form.clone());
        Ok(Some(form))
    }

    /// Which roster feed carries what is said of a role over this area.
    pub(super) fn roster_of(area: &AreaCode) -> AreaCode {
        area.county().unwrap_or(*area)
    }

    pub(super) fn refusal(bytes: Option<&[u8]>) -> Stored<tanfang_core::wire::Refusal> {
        let bytes = bytes.ok_or(StoreError::Damaged { what: "a refusal" })?;
        pack::unpacked(bytes, "a refusal")
    }
}
