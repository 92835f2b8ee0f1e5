//! Collections after `$apply` (OData Extension for Data Aggregation 4.0): rows that need not be entities any more.

use edm::Value;
use edm::apply::{Pipeline, Row as Made};
use edm::eval::{Datum, Env, EvalError, Row as _};
use http::StatusCode;
use odata::headers::Applied;
use odata::payload::Computed;
use odata::{Problem, Query};

use crate::exchange::Response;
use crate::paging::Plan;
use crate::payload::View;
use crate::reading::applied;
use crate::resources::{Entity, Resources, Target};
use crate::rows::Loaded;
use crate::service::{Heard, Service, Understood};

impl<R: Resources> Service<R> {
    /// How many rows the transformations, the filter and the search leave.
    pub(crate) async fn count_applied(&self, understood: &Understood<'_, R>) -> Result<usize, Problem> {
        let entities = self.whole(understood).await?;
        let Understood { meter, heard, .. } = understood;
        let Heard { query, reach, .. } = &**heard;
        let Some(pipeline) = &query.apply else { return Ok(entities.len()) };
        let given = || entities.iter().map(|entity| Datum::row(Loaded::new(entity, reach))).collect();
        let least = self.resources.least_aggregated(&understood.target, reach);
        meter.spend("$apply", |env| Ok(rows(query, pipeline, given(), least, env)?.len()))
    }

    /// All of these rows in one answer, but for `$skip` and `$top`: they have no places at which a page could go on.
    pub(crate) async fn list_applied(&self, understood: &Understood<'_, R>) -> Result<Response, Problem> {
        let entities = self.whole(understood).await?;
        let body = self.write_applied(understood, &entities)?;
        let response = self.json(StatusCode::OK, understood.wishes.format, body);
        Ok(applied(response, &Applied::new().omit(understood.wishes.prefer.omit)))
    }

    fn write_applied(&self, understood: &Understood<'_, R>, entities: &[Entity]) -> Result<Vec<u8>, Problem> {
        let Understood { meter, target, heard, .. } = understood;
        let Heard { query, reach, route, .. } = &**heard;
        let Some(pipeline) = &query.apply else { return Ok(Vec::new()) };
        let given = || entities.iter().map(|entity| Datum::row(Loaded::new(entity, reach))).collect();
        let least = self.resources.least_aggregated(target, reach);
        let rows = meter.spend("$apply", |env| rows(query, pipeline, given(), least, env))?;
        let (frame, home) = (self.frame(understood), self.home(understood));
        let view = View::of(frame.model, route, query, reach);
        let mut writer = frame.writer(entities.iter());
        writer.open();
        let cast = route.cast_text(frame.model.namespace);
        writer.context("", &frame.context(&target.container()), &[&cast, &query.context(frame.model.namespace)]);
        if query.count {
            writer.count("", rows.len());
        }
        writer.open_list("value");
        let plan = Plan::whole(query);
        for row in rows.iter().skip(plan.skip).take(plan.limit()) {
            writer.open_item();
            match row.origin().and_then(|at| entities.get(at)) {
                Some(entity) => frame.write(&mut writer, &home, &view, entity)?,
                None => {
                    let values = frame.computed(query, row)?;
                    let computed: Vec<_> =
                        values.iter().map(|(name, ty, value)| Computed { name, ty: *ty, value }).collect();
                    writer.computed(frame.model, &computed);
                }
            }
            writer.made(frame.model, row, &pipeline.columns, |name| is_selected(query, name));
            writer.close();
        }
        writer.close_list();
        writer.close();
        Ok(writer.finish())
    }
}

/// Is what has that name among what is asked for?
fn is_selected(query: &Query, name: &str) -> bool {
    query.select.as_ref().is_none_or(|select| {
        select.find(name.as_bytes()).is_some()
            || select.navigation.iter().any(|navigation| navigation.name == name)
            || select.computed.iter().any(|computed| computed == name)
    })
}

/// The rows that transformations, filter and search leave, in the order that is asked for.
fn rows<'a>(
    query: &'a Query,
    pipeline: &'a Pipeline,
    given: Vec<Datum<'a>>,
    least: usize,
    env: &Env,
) -> Result<Vec<Made<'a>>, EvalError> {
    let mut keyed: Vec<(Vec<Value>, Made<'a>)> = Vec::new();
    for row in pipeline.run_over(given, least, env)? {
        let found = match &query.search {
            Some(search) => search.matches(&row.whole(), env)?,
            None => true,
        };
        let kept = match &query.filter {
            Some(filter) => found && filter.matches(&row, env)?,
            None => found,
        };
        if kept {
            keyed.push((query.order.values(&row, env)?, row));
        }
    }
    keyed.sort_by(|(left, _), (right, _)| query.order.compare(left, right));
    Ok(keyed.into_iter().map(|(_, row)| row).collect())
}
