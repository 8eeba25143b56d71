//! What a text says: its class and who may solve it, what must not be public in it, and which needs say the same.
//!
//! Proposals only. Who edits a need with a class confirms or corrects it, and what is confirmed is what the next
//! model learns from ([`Desk::labelled`]).

use crate::entity::{category, need, workstation};
use crate::{Desk, Error, Result, Store, TypedNeed, compute};
use domain::category::{Keywords, propose};
use domain::duplicate::{Beside, Told};
use domain::privacy::{Kind, find};
use domain::{Action, NeedStatus};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use text::near::{Group, Index, Near};
use text::{Below, Finer, Models, Path};
use uuid::Uuid;

/// Confidence in permille from which a class is proposed.
const SURE: u32 = 600;
/// Confidence that is said of a class by the office's own keywords: nobody has counted how often they are right, so no
/// more than cues have.
const BY_KEYWORDS: u32 = 900;

/// A class that a text may be of.
#[derive(Clone, Debug)]
pub struct ClassGuess {
    /// Name of the class of the first level.
    pub name: String,
    /// Code of the deepest class of the office's table that the text names below it; none where the table has no
    /// class of the name.
    pub category: Option<String>,
    /// Confidence in permille.
    pub permille: u32,
    /// What of the text says that it is of a finer class, or which of the office's keywords said so.
    pub cues: Vec<String>,
}

/// A need that says the same as one that is being typed.
#[derive(Clone, Debug)]
pub struct SimilarNeed {
    /// The need.
    pub need: need::Model,
    /// How near their texts are.
    pub near: Near,
    /// How near they are beside that.
    pub beside: Beside,
}

/// Needs that say the same.
#[derive(Clone, Debug)]
pub struct SimilarGroup {
    /// The needs, by number.
    pub needs: Vec<need::Model>,
    /// How near their texts are.
    pub group: Group,
    /// How near all of them are beside that.
    pub beside: Beside,
}

impl SimilarNeed {
    /// Whether they are one and the same.
    pub fn is_copy(&self) -> bool {
        self.beside.is_copy(&self.near)
    }
}

/// What of a need is compared beside its text.
pub(crate) fn told(need: &need::Model) -> Told<'_> {
    Told { area: &need.area, category: need.category.as_deref(), on: need.collected_on }
}

/// What a text says.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The likeliest classes.
    pub classes: Vec<ClassGuess>,
    /// Words that decided for the first.
    pub words: Vec<String>,
    /// Units that may solve it, with confidence in permille: a hint for a referral.
    pub units: Vec<(String, u32)>,
    /// Kinds of personal data in it.
    pub personal: Vec<Kind>,
}

/// What reads messages: the models, those that are built in until others are given, and the reader that was made last,
/// which takes longer to make than a text to read.
#[derive(Default)]
pub(crate) struct Readers {
    models: Arc<Models>,
    last: Option<Arc<Reader>>,
}

/// Reads texts with the office's table of classes.
pub(crate) struct Reader {
    models: Arc<Models>,
    table: Vec<category::Model>,
    keywords: Vec<Keywords>,
    finer: Finer,
    /// Code of a class by its names from the first level down.
    codes: HashMap<Vec<String>, String>,
}

impl Reader {
    fn new(models: Arc<Models>, table: &[category::Model]) -> Reader {
        let names: HashMap<&str, &str> = table.iter().map(|c| (c.code.as_str(), c.name.as_str())).collect();
        let path = |code: &str| -> Vec<String> {
            let prefixes = (2..=code.len()).step_by(2).filter_map(|l| code.get(..l));
            prefixes.filter_map(|c| names.get(c)).map(|n| (*n).to_owned()).collect()
        };
        let codes: HashMap<Vec<String>, String> =
            table.iter().map(|c| (path(&c.code), c.code.clone())).collect();
        let mut third: Vec<Path> = codes.keys().filter_map(|p| p.clone().try_into().ok()).collect();
        third.sort_unstable();
        let keywords = table
            .iter()
            .filter(|c| !c.keywords.is_empty())
            .map(|c| Keywords {
                code: c.code.clone(),
                words: c.keywords.split(',').map(text::normalise).filter(|w| !w.is_empty()).collect(),
            })
            .collect();
        Reader { models, table: table.to_vec(), keywords, finer: Finer::new(third), codes }
    }

    /// The class to propose, where it is sure.
    pub fn propose(&self, title: &str, text: &str) -> Option<String> {
        let (classes, _) = self.classes(title, text, 1);
        classes.into_iter().next().filter(|first| first.permille >= SURE)?.category
    }

    /// The classes that a text may be of, `count` at most, and the words that decided for the first. What the office's own
    /// keywords say comes before what the model and the cues do where the title has one, or where these are not sure.
    fn classes(&self, title: &str, text: &str, count: usize) -> (Vec<ClassGuess>, Vec<String>) {
        let meaning = self.finer.read(self.models.classes(), title, text, count);
        let mut words = meaning.words;
        let mut classes: Vec<ClassGuess> = meaning
            .classes
            .into_iter()
            .map(|(guess, below)| {
                let (category, cues) = self.code_of(&guess.class, below);
                ClassGuess { name: guess.class, category, permille: guess.permille, cues }
            })
            .collect();
        let sure = classes.first().is_some_and(|c| c.permille >= SURE);
        let said = (!self.keywords.is_empty())
            .then(|| propose(&self.keywords, &text::normalise(title), &text::normalise(text)));
        if let Some(said) = said.flatten().filter(|said| said.in_title || !sure) {
            let name = self.first_level(said.code).to_owned();
            classes.retain(|c| c.name != name);
            for class in &mut classes {
                class.permille = class.permille * (1000 - BY_KEYWORDS) / 1000;
            }
            words = said.words.into_iter().map(str::to_owned).collect();
            // Below the class that has the keywords the text may mean a deeper one.
            let (deeper, _) = self.code_of(&name, self.finer.below(&name, title, text));
            let category = deeper.filter(|code| code.starts_with(said.code)).unwrap_or(said.code.to_owned());
            let cues = words.clone();
            classes.insert(0, ClassGuess { name, category: Some(category), permille: BY_KEYWORDS, cues });
            classes.truncate(count);
        }
        (classes, words)
    }

    /// Name of the class of the first level around a class; its code where the table has none.
    fn first_level<'a>(&'a self, code: &'a str) -> &'a str {
        let first = code.get(..2).unwrap_or(code);
        let at = self.table.binary_search_by(|c| c.code.as_str().cmp(first));
        at.map_or(first, |at| self.table[at].name.as_str())
    }

    /// The deepest class of the table below a class of the first level that the text means, and the cues for it.
    fn code_of(&self, level1: &str, below: Below<'_>) -> (Option<String>, Vec<String>) {
        let Below { second, third, cues } = below;
        let cues = cues.into_iter().map(str::to_owned).collect();
        let mut path = vec![level1.to_owned()];
        path.extend(second.map(str::to_owned));
        path.extend(third.map(str::to_owned));
        while !path.is_empty() {
            if let Some(code) = self.codes.get(&path) {
                return (Some(code.clone()), cues);
            }
            path.pop();
        }
        (None, Vec::new())
    }
}

impl Store {
    /// Reads messages with an office's own models from now on.
    pub fn read_with(&self, models: Models) {
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        *readers = Readers { models: Arc::new(models), last: None };
    }

    /// The reader of a table, in the order of its codes.
    pub(crate) fn reader(&self, table: &[category::Model]) -> Arc<Reader> {
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = readers.last.as_ref().filter(|reader| reader.table == table) {
            return Arc::clone(reader);
        }
        let reader = Arc::new(Reader::new(Arc::clone(&readers.models), table));
        readers.last = Some(Arc::clone(&reader));
        reader
    }
}

impl Desk {
    pub(crate) async fn reader(&self) -> Result<Arc<Reader>> {
        Ok(self.store.reader(&self.categories().await?))
    }

    /// What a text says. For those who register needs.
    pub async fn read_text(&self, title: &str, text: &str) -> Result<Reading> {
        const CLASSES: usize = 3;
        const UNITS: usize = 5;
        if self.reach(Action::ReadLists) < domain::Reach::Stations {
            return Err(self.not_allowed(Action::ReadLists).into());
        }
        let reader = self.reader().await?;
        let (classes, words) = reader.classes(title, text, CLASSES);
        let suggested = reader.models.units().suggest(title, text);
        let mut personal: Vec<Kind> = find(title).into_iter().chain(find(text)).map(|f| f.kind).collect();
        personal.dedup();
        Ok(Reading {
            classes,
            words,
            units: suggested.into_iter().take(UNITS).map(|u| (u.class, u.permille)).collect(),
            personal,
        })
    }

    /// Needs of the year that say the same as one that is being typed, in the district of its station, as far as the viewer
    /// may see them: copies first, then those of the same place, each the nearest first.
    pub async fn similar_needs(&self, typed: &TypedNeed<'_>, first: usize) -> Result<Vec<SimilarNeed>> {
        let TypedNeed { station, year, title, text, category, area } = *typed;
        let station = self.workstation_by_code(station).await?.ok_or(Error::NotFound("工作站"))?;
        self.need(Action::ReadLists, station.id, None)?;
        let near_by: Vec<Uuid> = workstation::Entity::find()
            .filter(workstation::Column::District.eq(station.district.as_str()))
            .all(self.store.db())
            .await?
            .into_iter()
            .map(|s| s.id)
            .collect();
        let rows = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::WorkstationId.is_in(near_by))
            .filter(self.in_sight(need::Column::WorkstationId, None))
            .order_by_asc(need::Column::Number)
            .all(self.store.db())
            .await?;
        let rows: Vec<need::Model> = rows.into_iter().map(|n| self.narrow(n)).collect();
        let mut index = Index::default();
        for row in &rows {
            index.add(&row.title, &row.description);
        }
        let typed = Told { area: area.unwrap_or(&station.area), category, on: self.today() };
        let with_beside = |near: Near| {
            let need = rows[near.number as usize].clone();
            SimilarNeed { beside: Beside::of(&typed, &told(&need)), need, near }
        };
        let near = index.near(title, text).into_iter().filter(Near::is_same_matter);
        let mut similar: Vec<SimilarNeed> = near.map(with_beside).collect();
        // Stable: the nearest stay before others.
        similar.sort_by_key(|s| (!s.is_copy(), !s.beside.same_place));
        similar.truncate(first);
        Ok(similar)
    }

    /// Needs of a district that are still open and say the same, in groups of at least two, the largest first: copies
    /// to be merged (并单), or all of the same matter, to be brought under a topic (归并). A proposal: people decide.
    pub async fn similar_groups(
        &self,
        district: &str,
        year: i32,
        copies: bool,
        first: usize,
    ) -> Result<Vec<SimilarGroup>> {
        if self.reach(Action::ReadLists) < domain::Reach::Stations {
            return Err(self.not_allowed(Action::ReadLists).into());
        }
        let stations = workstation::Entity::find()
            .select_only()
            .column(workstation::Column::Id)
            .filter(workstation::Column::District.eq(district));
        let rows = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Status.is_in(NeedStatus::IN_HAND))
            .filter(need::Column::WorkstationId.in_subquery(stations.into_query()))
            .filter(self.in_sight(need::Column::WorkstationId, None))
            .order_by_asc(need::Column::Number)
            .all(self.store.db())
            .await?;
        // Of what the viewer may read: what two of them share is shown.
        let rows: Vec<need::Model> = rows.into_iter().map(|n| self.narrow(n)).collect();
        // Comparing a district's needs takes a moment: others go on meanwhile.
        compute(move || {
            let mut index = Index::default();
            for row in &rows {
                index.add(&row.title, &row.description);
            }
            let beside = |a: u32, b: u32| Beside::of(&told(&rows[a as usize]), &told(&rows[b as usize]));
            let groups = if copies {
                index.copy_groups(|a, near| beside(a, near.number).is_copy(near))
            } else {
                index.groups(|_, near| near.is_same_matter())
            };
            let with_needs = |group: Group| {
                let needs: Vec<need::Model> =
                    group.numbers.iter().map(|k| rows[*k as usize].clone()).collect();
                let beside = Beside::among(&needs.iter().map(told).collect::<Vec<_>>());
                SimilarGroup { needs, group, beside }
            };
            groups.into_iter().take(first).map(with_needs).collect()
        })
        .await
    }

    /// Needs whose class a person has confirmed, as training rows: name of the class of the first level, title and
    /// text, masked. In order of their numbers.
    pub async fn labelled(&self, year: i32) -> Result<Vec<(String, String, String)>> {
        self.need_city(Action::ReadLists)?;
        let names: HashMap<String, String> =
            self.categories().await?.into_iter().map(|c| (c.code, c.name)).collect();
        let rows = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Category.is_not_null())
            .order_by_asc(need::Column::Number)
            .all(self.store.db())
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|n| {
                let name = names.get(n.category.as_deref()?.get(..2)?)?.clone();
                Some((name, domain::privacy::mask(&n.title), domain::privacy::mask(&n.description)))
            })
            .collect())
    }
}
