//! Published forms: a new version comes while phones are away, and is in force on a phone only whole.

use tanfang_core::form::Form;
use tanfang_core::model::{DocumentKind, FormRef, content_hash};

use crate::house::World;
use crate::model::{Broken, Outcome, broken};
use crate::phone::{Phone, name};

const VISIT: &str = "visit";
const WHOLE: &str = "a list of documents is in force only when each of them is held";

impl World {
    /// The office publishes the next version of the visit's form, with one question more.
    pub fn publish(&mut self) -> Result<u32, Broken> {
        let version = self.model.now.visit_version + 1;
        let asked = format!(
            "| | text | note | note | visit | care |\n| | text | extra{version} | extra | visit | care |\n"
        );
        let source = include_str!("visit.md")
            .replace("| | text | note | note | visit | care |\n", &asked)
            .replace(
                "| visit | visit | 1 |",
                &format!("| visit | visit | {version} |"),
            );
        let form = Form::compile(&source).expect("the simulator's forms compile");
        let published = self
            .server()?
            .write(|turn| turn.publish_form(&form, &source))
            .map_err(|e| e.to_string());
        published.or_else(|e| broken("an administrator publishes", e))?;
        self.model.now.visit_version = version;
        Ok(version)
    }

    /// What a phone goes by is held whole; whether a newer list is coming is nobody's harm.
    pub fn papers_on(&mut self, no: usize) -> Outcome {
        let held = self.phones[no].read(|tx| {
            let manifest = tx.manifest()?;
            let mut bodies = Vec::new();
            for listed in manifest.documents {
                bodies.push((tx.document(&listed.hash)?, listed.hash));
            }
            Ok(bodies)
        })?;
        for (body, hash) in held {
            if body.is_none_or(|body| content_hash(body.as_bytes()) != hash) {
                return broken(WHOLE, name(no));
            }
        }
        Ok(())
    }

    /// At the end a phone goes by the server's own list; by a later one only where the server was set
    /// back, nobody proved it, and the phone says that it left an older one alone.
    pub fn papers_are_the_servers(&mut self, no: usize) -> Outcome {
        self.papers_on(no)?;
        let due = self.look(|turn| Ok(turn.manifest()?.number))?;
        let (held, left_alone) =
            self.phones[no].read(|tx| Ok((tx.manifest()?.number, tx.older_manifest()?)))?;
        let says_so = self.was_set_back && held > due && left_alone == Some(due);
        if held != due && !says_so {
            let what = format!("{held} of {due} on {}", name(no));
            return broken("every phone goes by the documents in force", what);
        }
        Ok(())
    }
}

impl Phone {
    /// The visit's form that this phone goes by, if it ever heard of one.
    pub fn visit_form(&mut self) -> Result<Option<FormRef>, Broken> {
        let listed = self.read(|tx| Ok(tx.manifest()?.documents))?;
        let mut listed = listed.into_iter();
        let active = listed.find(|of| of.kind == DocumentKind::Form && of.active && of.id == VISIT);
        Ok(active.map(|of| FormRef {
            id: of.id,
            version: of.version,
            hash: of.hash,
        }))
    }
}
