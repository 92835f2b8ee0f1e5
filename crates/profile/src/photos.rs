//! Photos of people: one each, kept as a file beside the profile, and the sizes in which it is told.
//!
//! What a picture may be and becomes is in `picture`. Who may see and change photos is in `access`.

mod picture;

use std::sync::Arc;

use auth::Caller;
use bytes::Bytes;
use edm::{Record, Value};
use engine::{Changed, Entity, Exchange, Kind, Media, Problem, Row, Stream, Tag};
use store::{Change, Commit, Item, Precondition, Snapshot};
use tokio::sync::Semaphore;

use crate::audit::{Activity, Audit};
use crate::items::damaged;
use crate::model::{ENTITY, PROFILE_PHOTO};
use crate::problems::no_photo;
use crate::rules::{self, PHOTO, Writing};
use crate::service::Service;
use crate::target::Owner;

/// The edges of the squares in which photos are told.
const EDGES: [u32; 9] = [48, 64, 96, 120, 240, 360, 432, 504, 648];

/// Pictures decoded at the same time: each may take a hundred megabytes.
static DECODING: Semaphore = Semaphore::const_new(2);

impl Service {
    /// A person's photo.
    pub(crate) async fn read_photo(&self, caller: &Caller, person: Owner) -> Result<Row, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        photo_row(&snapshot).ok_or_else(no_photo)
    }

    /// The photo of a person, or an empty one in the place where there is none yet.
    pub(crate) async fn read_place_of_photo(&self, caller: &Caller, person: Owner) -> Result<Row, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        Ok(photo_row(&snapshot).unwrap_or_else(|| row(0, None, "", (0, 0))))
    }

    /// A photo in one size, `48x48`.
    pub(crate) async fn read_photo_of_size(&self, caller: &Caller, person: Owner, id: &str) -> Result<Row, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        rows_of_sizes(&snapshot).find(|row| row.id.eq_ignore_ascii_case(id)).ok_or_else(no_photo)
    }

    /// The sizes of a person's photo; none where there is no photo.
    pub(crate) async fn list_sizes(&self, caller: &Caller, person: Owner) -> Result<Vec<Entity>, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        Ok(sizes_of(&snapshot))
    }

    /// The file of a photo; of one size, if that is named.
    pub(crate) async fn photo_file(
        &self,
        caller: &Caller,
        person: Owner,
        size: Option<&str>,
    ) -> Result<Media, Problem> {
        let snapshot = self.snapshot(caller, person).await?;
        let item = snapshot.items(PHOTO).first().ok_or_else(no_photo)?;
        let bytes = match size {
            None => item.body.clone(),
            Some(id) => {
                let size = rows_of_sizes(&snapshot).find(|row| row.id.eq_ignore_ascii_case(id)).ok_or_else(no_photo)?;
                let (edge, _) = dimensions(&size.id).ok_or_else(damaged)?;
                let jpeg = item.body.clone();
                apart(move || picture::square(&jpeg, edge)).await?.jpeg
            }
        };
        Ok(Media { content_type: picture::MEDIA_TYPE.to_owned(), bytes })
    }

    /// Replaces or removes a photo; nobody need have had one to get one.
    pub(crate) async fn set_photo(
        &self,
        caller: &Caller,
        person: Owner,
        file: Option<Media>,
        basis: Option<Tag>,
        exchange: &Exchange,
    ) -> Result<Changed<Row>, Problem> {
        let picture = match file {
            None => None,
            Some(media) => Some(accepted(media).await?),
        };
        let _turn = self.turn().await;
        let snapshot = self.snapshot(caller, person).await?;
        let before = snapshot.items(PHOTO).first();
        if basis.is_some_and(|basis| Some(basis) != before.map(|before| rules::tag(before))) {
            return Ok(Changed::Conflict);
        }
        if picture.is_none() && before.is_none() {
            return Err(no_photo());
        }
        let at = self.effects.change_time(snapshot.last_time());
        let writing = Writing { caller, entry: &[], owner: person.id, at };
        let after = picture.map(|picture| Arc::new(photo_item(&picture, before, &writing)));
        // The record says that a photo came and went, not what it showed.
        let (old, new) = (before.map(|item| without_file(item)), after.as_deref().map(without_file));
        let activity = if after.is_some() { Activity::Update } else { Activity::Delete };
        let audit = Audit::new(caller, activity, exchange).item(old.as_ref(), new.as_ref()).finish();
        let mut changes = Vec::new();
        if let Some(before) = before {
            changes.push(Change::Delete { collection: before.collection.clone(), id: before.id.clone() });
        }
        changes.extend(after.clone().map(|item| Change::Put { item, index: Vec::new() }));
        let expect = vec![Precondition::Rev(snapshot.rev())];
        let commit = Commit { partition: person.partition(), at, expect, changes, audit };
        let done = self.commit(commit).await?;
        Ok(done.map(|_| after.as_deref().and_then(item_row).unwrap_or_else(|| row(0, None, "", (0, 0)))).into())
    }
}

/// The photo that a person who was read already has.
pub(crate) fn photo_row(snapshot: &Snapshot) -> Option<Row> {
    item_row(snapshot.items(PHOTO).first()?)
}

/// The same in all its sizes.
pub(crate) fn sizes_of(snapshot: &Snapshot) -> Vec<Entity> {
    rows_of_sizes(snapshot).map(Entity::from).collect()
}

/// Is it the file of a photo, called by its dimensions?
pub(crate) fn is_photo(item: &Item) -> bool {
    dimensions(&item.id).is_some() && item.body.starts_with(&[0xFF, 0xD8, 0xFF])
}

/// Every size that is no larger than the photo; the smallest in any case.
fn rows_of_sizes(snapshot: &Snapshot) -> impl Iterator<Item = Row> {
    let item = snapshot.items(PHOTO).first();
    let photo = item.and_then(|item| Some((item, dimensions(&item.id)?)));
    photo.into_iter().flat_map(|(item, (width, height))| {
        let side = width.min(height);
        let told = EDGES.into_iter().zip(0..).filter(move |(edge, place)| *edge <= side || *place == 0);
        told.map(move |(edge, place): (u32, i64)| {
            let actual = edge.min(side);
            row(place, Some(rules::tag(item)), &format!("{edge}x{edge}"), (actual, actual))
        })
    })
}

fn item_row(item: &Item) -> Option<Row> {
    let dimensions = dimensions(&item.id)?;
    Some(row(item.header.created, Some(rules::tag(item)), &item.id, dimensions))
}

fn row(at: i64, tag: Option<Tag>, id: &str, (width, height): (u32, u32)) -> Row {
    let stream = Stream { property: None, content_type: picture::MEDIA_TYPE.to_owned() };
    let members = Bytes::from(format!("\"id\":\"{id}\",\"height\":{height},\"width\":{width}"));
    Row { ty: &PROFILE_PHOTO, at, id: id.into(), tag, members, streams: Some(Arc::from([stream])) }
}

/// Width and height, from an id such as `648x432`.
fn dimensions(id: &str) -> Option<(u32, u32)> {
    let (width, height) = id.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

fn photo_item(picture: &picture::Picture, before: Option<&Arc<Item>>, writing: &Writing<'_>) -> Item {
    Item {
        collection: PHOTO.into(),
        id: format!("{}x{}", picture.width, picture.height).into(),
        header: rules::header(&Record::new(&ENTITY), before.map(|item| &item.header), writing),
        body: picture.jpeg.clone(),
    }
}

fn without_file(item: &Item) -> Item {
    let mut record = Record::new(&ENTITY);
    record.set("id", Value::text(item.id.to_string()));
    Item { body: rules::body(&record), ..item.clone() }
}

/// The picture that a file as it was sent becomes.
async fn accepted(Media { content_type, bytes }: Media) -> Result<picture::Picture, Problem> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // PnPjs calls all it sends JSON; the bytes decide.
    let taken = ["image/jpeg", "image/png", "image/*", "application/octet-stream", "application/json"];
    if !taken.contains(&kind.as_str()) {
        return Err(picture::not_a_picture(&format!("`{kind}`")).at("content-type"));
    }
    if bytes.len() > picture::MOST_BYTES {
        let message = format!("found a file of {} bytes, expected at most {}", bytes.len(), picture::MOST_BYTES);
        return Err(Problem::new(Kind::TooLarge, message));
    }
    apart(move || picture::read(&bytes)).await
}

/// Works on a picture where nobody else waits for the thread, and few at a time.
async fn apart(
    work: impl FnOnce() -> Result<picture::Picture, Problem> + Send + 'static,
) -> Result<picture::Picture, Problem> {
    let ended_early = |error: &dyn std::fmt::Display| {
        Problem::new(Kind::Internal, format!("the work on a picture has ended early: {error}"))
    };
    let _turn = DECODING.acquire().await.map_err(|error| ended_early(&error))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| ended_early(&error))?
}
