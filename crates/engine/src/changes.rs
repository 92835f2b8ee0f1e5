//! What became of a collection since a client read it (OData Protocol 4.01, section 11.3; JSON Format, section 15).
//!
//! A delta link is the address of the collection with a token that says how far its history had come. It is given only
//! for lists that depend on nothing but their own rows: what changes elsewhere no history of theirs would tell.

use edm::lazy;
use http::StatusCode;
use odata::headers::Version;
use odata::payload::{Reason, Writer};
use odata::{Kind, Problem};

use crate::collection::Shaping;
use crate::exchange::Response;
use crate::home::Home;
use crate::paging::{with_token, without_tokens};
use crate::payload::{Frame, View};
use crate::reading::{applied, followed, text};
use crate::resources::{Change, Changes, Resources, Row, Target};
use crate::service::{Heard, Service, Understood};

/// The option that carries the token.
pub(crate) const TOKEN: &str = "$deltatoken";

/// A change as it concerns the list that is asked for.
struct Seen {
    change: Change,
    /// Why the entity is no member of it any more, where it is none.
    gone: Option<Reason>,
}

impl<R: Resources> Service<R> {
    /// How far the history has come, where the client wants a link to later changes and can have one: not to a part of
    /// the list, nor with positions, which changes have none of.
    pub(crate) async fn tracked(&self, understood: &Understood<'_, R>) -> Result<Option<u64>, Problem> {
        let Understood { caller, target, heard, .. } = understood;
        let Heard { query, reach, wishes, .. } = &**heard;
        let alone = reach.is_empty() && query.elsewhere.is_empty();
        let alone = alone && query.top.is_none() && query.skip.is_none() && query.skip_token.is_none();
        match wishes.prefer.track_changes && alone && !query.positions {
            true => self.resources.position(caller, target).await,
            false => Ok(None),
        }
    }

    /// The link to what changes after a position.
    pub(crate) fn delta_link(&self, understood: &Understood<'_, R>, position: u64) -> String {
        let request = understood.request;
        let token = self.binding(understood, |binding| binding.position_token(position));
        let query = with_token(request.query, TOKEN, &token);
        format!("{}/{}?{query}", request.root, request.path.trim_start_matches('/'))
    }

    /// The changes after the position that the token names.
    pub(crate) async fn list_changes(&self, understood: &Understood<'_, R>, token: &str) -> Result<Response, Problem> {
        let Some((changes, position)) = self.changes_since(understood, token).await? else {
            return Ok(gone(understood));
        };
        let Heard { wishes, query, .. } = &*understood.heard;
        let size = wishes.max_page_size.unwrap_or(self.dialect.page_size).min(self.dialect.max_page_size);
        let (page, rest) = changes.split_at_checked(size).unwrap_or((&changes, &[]));
        // The rest is what changed after the last change of this page: the same kind of token goes on.
        let next = page.last().filter(|_| !rest.is_empty()).map(|last| self.delta_link(understood, last.change.at));
        let body =
            self.write_changes(understood, page, query.count.then_some(changes.len()), |writer| match &next {
                Some(next) => writer.next_link(next),
                None => writer.delta_link(&self.delta_link(understood, position)),
            })?;
        let mut response = self.json(StatusCode::OK, wishes.format, body);
        if wishes.max_version.is_none() {
            // Who sets no limit gets the newer form, in which entities that are gone keep their key.
            response.set_static("odata-version", Version::V401.text());
        }
        Ok(applied(response, &followed(wishes).max_page_size(wishes.max_page_size)))
    }

    /// How many there are: `/$count` of a delta link.
    pub(crate) async fn count_changes(&self, understood: &Understood<'_, R>, token: &str) -> Result<Response, Problem> {
        let changes = self.changes_since(understood, token).await?;
        Ok(changes.map_or_else(|| gone(understood), |(changes, _)| text(changes.len())))
    }

    /// The changes that concern what is asked for, in the order in which they came, and where the history ends; `None`
    /// when it no longer reaches back that far.
    async fn changes_since(
        &self,
        understood: &Understood<'_, R>,
        token: &str,
    ) -> Result<Option<(Vec<Seen>, u64)>, Problem> {
        let Understood { caller, target, heard, .. } = understood;
        let Heard { query, .. } = &**heard;
        let other = [(query.skip.is_some(), "$skip"), (query.skip_token.is_some(), "$skiptoken")];
        if let Some((_, name)) = other.into_iter().find(|(given, _)| *given) {
            let message = format!("`{name}` and `{TOKEN}` both say where to begin; expected one of them");
            return Err(Problem::new(Kind::BadQuery, message).at(name));
        }
        let since = self.binding(understood, |binding| binding.position(token))?;
        let Some(Changes { list, position }) = self.resources.changes(caller, target, since).await? else {
            return Ok(None);
        };
        let mut seen = Vec::with_capacity(list.len());
        for change in list {
            seen.extend(self.seen(understood, change)?);
        }
        Ok(Some((seen, position)))
    }

    /// The change as the list sees it. Whether an entity that is not in it was so before is not known; a client that
    /// never had it has nothing to take out.
    fn seen(&self, understood: &Understood<'_, R>, change: Change) -> Result<Option<Seen>, Problem> {
        let Understood { meter, heard, .. } = understood;
        let Heard { query, reach, route, .. } = &**heard;
        if !change.row.ty.is_a(route.entity_type()) {
            return Ok(None);
        }
        let gone = match change.removed {
            true => Some(Reason::Deleted),
            false => {
                let kept = Shaping::new(query, reach, meter).kept(vec![change.row.clone().into()])?;
                kept.is_empty().then_some(Reason::Changed)
            }
        };
        Ok(Some(Seen { change, gone }))
    }

    fn write_changes(
        &self,
        understood: &Understood<'_, R>,
        changes: &[Seen],
        count: Option<usize>,
        link: impl FnOnce(&mut Writer),
    ) -> Result<Vec<u8>, Problem> {
        let Understood { target, heard, .. } = understood;
        let Heard { route, query, reach, wishes, .. } = &**heard;
        let (frame, home) = (self.frame(understood), self.home(understood));
        let container = target.container();
        let view = View::of(frame.model, route, query, reach);
        let cast = route.cast_text(frame.model.namespace);
        let mut writer = frame.writer(std::iter::empty());
        writer.open();
        let rest = [&*cast, &query.context(frame.model.namespace), "/$delta"];
        writer.context("", &frame.context(&container), &rest);
        if let Some(count) = count {
            writer.count("", count);
        }
        link(&mut writer);
        writer.open_list("value");
        for Seen { change, gone } in changes {
            let row = &change.row;
            match gone {
                None => write_present(&frame, &mut writer, &home, &view, row)?,
                Some(reason) if wishes.max_version == Some(Version::V4) => {
                    let context = frame.context(&format!("{container}/$deletedEntity"));
                    writer.deleted_entity(&context, *reason, &frame.address(&home, row));
                }
                Some(reason) => writer.removed(*reason, &frame.address(&home, row), &key_members(&frame, row)),
            }
        }
        writer.close_list();
        writer.close();
        Ok(writer.finish())
    }
}

/// An entity that is there, by its key or else by its address.
fn write_present(
    frame: &Frame<'_>,
    writer: &mut Writer,
    home: &Home<'_>,
    view: &View<'_>,
    row: &Row,
) -> Result<(), Problem> {
    writer.open_item();
    if !view.tells_key(row.ty) && !frame.tells_ids() {
        writer.reference(&frame.address(home, row));
    }
    frame.write(writer, home, view, &row.clone().into())?;
    writer.close();
    Ok(())
}

/// The key as stored members; nothing where numbers are written in another form, for the address says it too.
fn key_members(frame: &Frame<'_>, row: &Row) -> Vec<u8> {
    let mut out = Vec::new();
    for name in row.ty.key_properties().iter().filter(|_| !frame.format.ieee754) {
        let Some(raw) = lazy::member(&row.members, name) else { continue };
        if !out.is_empty() {
            out.push(b',');
        }
        out.extend_from_slice(&[b"\"", name.as_bytes(), b"\":", raw].concat());
    }
    out
}

/// The answer when the history no longer tells: read all again.
fn gone<R: Resources>(understood: &Understood<'_, R>) -> Response {
    let request = understood.request;
    let message = "the changes since that delta link are not known any more; read the collection again";
    let mut response = Response::problem(&Problem::new(Kind::Gone, message).at(TOKEN), &request.exchange);
    let query = without_tokens(request.query);
    let mark = if query.is_empty() { "" } else { "?" };
    response.set("location", format!("{}/{}{mark}{query}", request.root, request.path.trim_start_matches('/')));
    response
}
