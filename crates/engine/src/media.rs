//! Streams: media entities and stream properties (OData Protocol 4.01, sections 11.2.3.1, 11.4.7 and 11.4.8).

use http::StatusCode;
use odata::Problem;
use odata::headers::{Condition, Media as Kinds, Wishes};

use crate::body::media;
use crate::exchange::Response;
use crate::reading::{condition, with_tag};
use crate::resources::{Resources, Target as _};
use crate::service::{Heard, Service, Understood, no_content};
use crate::task::Task;

impl<R: Resources> Service<R> {
    pub(crate) async fn read_media(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, heard, .. } = understood;
        let Heard { query, route, .. } = &**heard;
        let Some(entity) = self.entity(understood).await? else { return Ok(no_content()) };
        if condition(understood, &entity.row, true)? == Condition::NotModified {
            return Ok(with_tag(Response::empty(StatusCode::NOT_MODIFIED), &entity.row));
        }
        let property = route.properties.last().map(|last| last.property);
        let Some(media) = self.resources.media(caller, target, property).await? else { return Ok(no_content()) };
        // Only now is it known what it is.
        Wishes::read(request.headers, query.format.as_deref(), Kinds::Raw(&media.content_type))?;
        let mut response = with_tag(Response::empty(StatusCode::OK), &entity.row);
        response.body = media.bytes;
        response.set("content-type", media.content_type);
        Ok(response)
    }

    pub(crate) async fn change_media(&self, task: Task, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let Understood { caller, request, target, heard, .. } = understood;
        let Heard { wishes, route, .. } = &**heard;
        let property = route.properties.last().map(|last| last.property);
        let mut attempts = self.attempts(&target.path());
        loop {
            attempts.next().await?;
            let row = self.some_entity(understood).await?.row;
            condition(understood, &row, false)?;
            let basis = row.tag.filter(|_| !wishes.conditions.is_empty());
            let new = (task == Task::SetMedia).then(|| media(understood));
            let changed = self.resources.set_media(caller, target, property, new, basis, &request.exchange).await?;
            if let Some(row) = attempts.done(changed) {
                return Ok(with_tag(no_content(), &row));
            }
        }
    }
}
