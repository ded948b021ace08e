//! What a person types and no question can read: it is held as it was typed, and a save refuses it.

use serde_json::Value as Json;

use super::{Answer, Change, ItemIx, NodeKind, Problem, Session, SessionError};

impl Session {
    /// Takes what a person types. What cannot be read as an answer (half a day, `12a`) is held as it
    /// was given in the answer's place: [`Session::answers`] keeps it, [`Session::problems`] names it,
    /// and [`crate::form::check`] refuses it.
    ///
    /// # Errors
    /// [`SessionError`] where no such question is asked of a person; then nothing changed.
    pub fn hold(&mut self, field: &str, given: &Json) -> Result<Vec<Change>, SessionError> {
        let item = self.find(field)?;
        match self.read(item, given) {
            Ok(answer) => Ok(self.put(item, answer, None)),
            Err(code) if self.form.is_calculated(self.items.all[item].node) => {
                Err(SessionError::NotTaken {
                    field: field.to_owned(),
                    code,
                })
            }
            Err(_) => Ok(self.put(item, Answer::Empty, Some(given.clone()))),
        }
    }

    /// The answer to a question once a place is added: a point is replaced, a line goes on to it, an
    /// area is closed anew around it as soon as three are there.
    ///
    /// # Errors
    /// [`SessionError`] where there is no such question.
    pub fn with_place(&self, field: &str, place: &str) -> Result<String, SessionError> {
        let own = &self.items.all[self.find(field)?];
        let kind = self.form.def(own.node).kind;
        let before = match &own.unread {
            Some(Json::String(text)) => text.clone(),
            _ => own.answer.value().text(),
        };
        let places = before.split(';').map(str::trim);
        let mut places: Vec<&str> = places.filter(|place| !place.is_empty()).collect();
        match kind {
            NodeKind::Geotrace => places.push(place),
            NodeKind::Geoshape => {
                if places.len() > 1 && places.first() == places.last() {
                    places.pop();
                }
                places.push(place);
                places.extend(places.first().copied().filter(|_| places.len() > 2));
            }
            _ => places = vec![place],
        }
        Ok(places.join(";"))
    }

    /// The answers that are asked for and cannot be read, by the names that they have now: a row that
    /// was taken out renames those below it.
    pub(super) fn unread(&self) -> Vec<Problem> {
        let items = self.items.unread();
        let asked = items.filter(|item| self.items.all[*item].state.relevant);
        let problem = |item: ItemIx| {
            let given = self.items.all[item].unread.as_ref()?;
            let field = self.items.field(&self.form, item);
            let code = self.read(item, given).err()?;
            Some(self.problem_of(&SessionError::NotTaken { field, code }))
        };
        let mut found: Vec<ItemIx> = asked.collect();
        found.retain(|item| self.items.is_live(&self.form, *item));
        found.sort_by_key(|item| self.items.all[*item].node);
        found.into_iter().filter_map(problem).collect()
    }
}
