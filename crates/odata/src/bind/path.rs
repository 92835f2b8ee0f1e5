//! Paths within expressions: properties, relationships, casts, `any` and `all`, `$filter`, `$count`.
//!
//! Lambda variables are matched with case and hide computed properties, which hide nothing; other names are matched
//! without.

use edm::check::brief;
use edm::expr::{Binary, Comparison, Expr, Function, Variable};
use edm::nearest::nearest;
use edm::{StructType, Type};

use super::Binder;
use super::scope::Scope;
use crate::problem::{Kind, Problem};
use crate::syntax::Limit;
use crate::syntax::tree::{self, Argument, Arguments, ChoiceKind, Name, Path, Quantifier, Root, Step};

impl Binder<'_> {
    pub(super) fn path(&mut self, path: &Path) -> Result<Expr, Problem> {
        if let Some((column, rest)) = self.of_applied(path)? {
            return rest.iter().try_fold(column, |found, step| self.step(found, step));
        }
        let (mut found, rest) = match (&path.root, path.steps.as_slice()) {
            (Root::Implied, [Step::Name { name, arguments: None }, rest @ ..]) => (self.first(name)?, rest),
            (Root::Implied, steps) => (self.current()?, steps),
            (Root::It, steps) => (self.outermost()?, steps),
            (Root::This, steps) => (self.this()?, steps),
            (Root::Root, steps) => self.outside(steps)?,
            (Root::These, _) => return Err(self.not_offered("`$these`")),
            (Root::Alias(name), steps) => (self.aliased(name)?, steps),
        };
        let before = path.steps.len() - rest.len();
        for (at, step) in rest.iter().enumerate() {
            found = self.step(found, step).map_err(|problem| located(problem, path.steps.get(..=before + at)))?;
        }
        Ok(found)
    }

    /// A variable of that name, else a computed property, else a property of the instance.
    fn first(&mut self, name: &Name) -> Result<Expr, Problem> {
        if let Some(instance) = self.variable_called(&name.text) {
            return Ok(instance);
        }
        if let Some((_, expr)) = self.computed(&name.text) {
            let expr = expr.clone();
            self.copy(&expr)?;
            return Ok(expr);
        }
        let current = self.current()?;
        self.named(current, name)
    }

    fn outermost(&self) -> Result<Expr, Problem> {
        self.it.clone().ok_or_else(|| self.not_offered("`$it` within options of values"))
    }

    fn this(&self) -> Result<Expr, Problem> {
        self.variable_called("$this").ok_or_else(|| self.wrong("`$this` has no meaning here"))
    }

    fn step(&mut self, found: Expr, step: &Step) -> Result<Expr, Problem> {
        match step {
            Step::Name { name, arguments: None } => self.named(found, name),
            Step::Name { name, arguments: Some(arguments) } => match self.leads_to_many(&found, name) {
                true => {
                    let list = self.named(found, name)?;
                    self.keyed(list, arguments)
                }
                false => Err(self.called(&found, name)),
            },
            Step::Lambda { quantifier, body: None } => match quantifier {
                Quantifier::Any => Expr::any_item(found).map_err(|error| self.ill_typed(&error)),
                Quantifier::All => Err(self.wrong("found `all()`, expected a condition in the parentheses")),
            },
            Step::Lambda { quantifier, body: Some((variable, predicate)) } => {
                self.lambda(*quantifier, found, variable, predicate)
            }
            Step::Filter(predicate) => self.filtered(found, predicate),
            Step::Count(choices) => self.counted(found, choices),
            Step::Key(arguments) => self.keyed(found, arguments),
            Step::Segment(name) => {
                Err(self.not_offered(&format!("the key {} within an expression", brief(&name.text))))
            }
            Step::Annotation { term, .. } => {
                Err(self.not_offered(&format!("the annotation {} within an expression", brief(&term.text))))
            }
        }
    }

    /// A property, a relationship or, with a namespace, a cast.
    fn named(&mut self, found: Expr, name: &Name) -> Result<Expr, Problem> {
        if name.split().0.is_some() {
            let ty = self.ty(name)?;
            return self.cast(found, ty);
        }
        if found.shape().is_list() {
            let list = found.shape().name();
            let name = brief(&name.text);
            return Err(self.wrong(format!("found {name} after {list}, expected `any`, `all`, `$filter` or `$count`")));
        }
        let Some(Type::Struct(ty)) = found.shape().ty() else {
            let (name, of) = (brief(&name.text), found.shape().name());
            return Err(self.wrong(format!("found {name} after {of}, which has no properties")));
        };
        let known = match (ty.find(&name.text), ty.find_navigation(&name.text)) {
            (Some(property), _) => found.property(property),
            (None, Some(_)) if found.is_joined() => {
                return Err(self.not_offered("a relationship of what was joined"));
            }
            (None, Some(navigation)) => found.follow(navigation),
            (None, None) => return Err(self.unknown(ty, &name.text)),
        };
        known.map_err(|error| self.ill_typed(&error))
    }

    /// A type in a path: a single value of another type is null there, and of a list those of the type are meant.
    fn cast(&mut self, found: Expr, ty: Type) -> Result<Expr, Problem> {
        let structured = matches!(ty, Type::Struct(_));
        if !found.shape().is_list() || !structured {
            return Expr::cast(found, ty).map_err(|error| self.ill_typed(&error));
        }
        let variable = self.variable(&found);
        let narrowed = Expr::is_of(Expr::variable(variable), ty)
            .and_then(|is_of| Expr::filter(found, variable, is_of))
            .and_then(|list| Expr::cast(list, ty));
        narrowed.map_err(|error| self.ill_typed(&error))
    }

    /// What is said of parentheses after a name that leads to no entities: no key, perhaps a function.
    fn called(&self, found: &Expr, name: &Name) -> Problem {
        let ty = found.shape().ty().and_then(|ty| ty.structure());
        let written = brief(&name.text);
        if ty.is_some_and(|ty| ty.find_navigation(&name.text).is_some()) {
            return self.wrong(format!("found a key after {written}, which leads to one entity"));
        }
        let unqualified = self.model.unqualified(&name.text);
        if self.model.operations.iter().any(|operation| operation.name.eq_ignore_ascii_case(unqualified)) {
            return self.not_offered(&format!("the function {written} within an expression"));
        }
        let hint = nearest(&name.text, Function::names()).map(|best| format!("; did you mean `{best}`?"));
        self.wrong(format!("there is no function {written}{}", hint.unwrap_or_default()))
    }

    fn leads_to_many(&self, found: &Expr, name: &Name) -> bool {
        let ty = found.shape().ty().and_then(|ty| ty.structure()).filter(|_| !found.shape().is_list());
        ty.and_then(|ty| ty.find_navigation(&name.text)).is_some_and(|navigation| navigation.collection)
    }

    /// The entity of a list that has this key, primary or alternate; null where none has.
    fn keyed(&mut self, list: Expr, key: &Arguments) -> Result<Expr, Problem> {
        let ty = list.shape().ty().and_then(|ty| ty.structure()).filter(|ty| !ty.key_properties().is_empty());
        let Some(ty) = ty.filter(|_| list.shape().is_list()) else {
            let of = list.shape().name();
            return Err(self.wrong(format!("found a key after {of}, expected it after entities")));
        };
        let names = key_names(ty, key).ok_or_else(|| {
            let names = ty.key_properties().join("` and `");
            self.wrong(format!("found a key that does not fit, `{}` is keyed by `{names}`", ty.name))
        })?;
        let variable = self.variable(&list);
        let mut predicate: Option<Expr> = None;
        for (name, argument) in names.iter().zip(&key.items) {
            let value = self.expr(&argument.value)?;
            let found = ty.find(name).ok_or_else(|| self.unknown(ty, name))?;
            let property = Expr::variable(variable).property(found).map_err(|error| self.ill_typed(&error))?;
            let same = self.binary(Binary::Compare(Comparison::Eq), property, value)?;
            predicate = Some(match predicate {
                Some(others) => self.binary(Binary::And, others, same)?,
                None => same,
            });
        }
        let predicate = predicate.ok_or_else(|| self.wrong("found an empty key, expected a value"))?;
        Expr::filter(list, variable, predicate).and_then(Expr::item).map_err(|error| self.ill_typed(&error))
    }

    fn lambda(&mut self, quantifier: Quantifier, list: Expr, name: &Name, body: &tree::Expr) -> Result<Expr, Problem> {
        let around = self.scopes.iter().filter(|scope| scope.variable.is_some()).count();
        // `$this` of the row is one of them.
        if around > self.limits.lambdas {
            return Err(self.too_many("`any` and `all` within each other", Limit::Lambdas));
        }
        let variable = self.variable(&list);
        let scope = Scope::called(&name.text, Expr::variable(variable));
        let predicate = self.with_scopes([scope], |binder| binder.expr(body))?;
        let lambda = match quantifier {
            Quantifier::Any => Expr::any(list, variable, predicate),
            Quantifier::All => Expr::all(list, variable, predicate),
        };
        lambda.map_err(|error| self.ill_typed(&error))
    }

    /// The items for which a condition is true; names in it belong to the items, `$this` is the item itself.
    fn filtered(&mut self, list: Expr, predicate: &tree::Expr) -> Result<Expr, Problem> {
        let variable = self.variable(&list);
        let item = Expr::variable(variable);
        let scopes = [Scope::called("$this", item.clone()), Scope::implied(item)];
        let predicate = self.with_scopes(scopes, |binder| binder.expr(predicate))?;
        Expr::filter(list, variable, predicate).map_err(|error| self.ill_typed(&error))
    }

    fn counted(&mut self, mut list: Expr, choices: &[tree::Choice]) -> Result<Expr, Problem> {
        self.refuse_repeated(choices)?;
        for choice in choices {
            list = match &choice.kind {
                ChoiceKind::Filter(predicate) => self.filtered(list, predicate)?,
                ChoiceKind::Search(search) => {
                    let search = super::search::bind(search, list.shape().ty());
                    Expr::search(list, search).map_err(|error| self.ill_typed(&error))?
                }
                _ => return Err(self.not_offered("an option of `$count` other than `$filter` and `$search`")),
            };
        }
        Expr::count(list).map_err(|error| self.ill_typed(&error))
    }

    /// Each option in parentheses once.
    pub(crate) fn refuse_repeated(&self, choices: &[tree::Choice]) -> Result<(), Problem> {
        for (at, choice) in choices.iter().enumerate() {
            let name = choice.kind.name();
            if choices.iter().take(at).any(|earlier| earlier.kind.name() == name) {
                let message = format!("the query option `{name}` must not appear more than once");
                return Err(Problem::new(Kind::BadQuery, message).at(name));
            }
        }
        Ok(())
    }

    /// A variable with a number that no other in the expression has.
    fn variable(&mut self, list: &Expr) -> Variable {
        let variable = Variable::new(self.slot, list);
        self.slot = self.slot.saturating_add(1);
        variable
    }

    /// Graph's sentence, and the name that was probably meant.
    pub(crate) fn unknown(&self, ty: &'static StructType, name: &str) -> Problem {
        let computed = self.implied().into_iter().flat_map(|scope| &scope.computed).map(|(name, _)| name.as_str());
        let declared = ty.names().map(|name| -> &str { name });
        let hint = nearest(name, declared.chain(computed));
        let hint = hint.map(|best| format!(" Did you mean `{best}`?")).unwrap_or_default();
        let name: String = name.chars().take(80).collect();
        let message =
            format!("Could not find a property named '{name}' on type '{}.{}'.{hint}", self.model.namespace, ty.name);
        Problem::new(Kind::UnknownQueryProperty, message).at(self.option)
    }
}

/// Says in which path a property is unknown, where that is longer than its name.
fn located(problem: Problem, steps: Option<&[Step]>) -> Problem {
    let names: Option<Vec<&str>> = steps.unwrap_or_default().iter().map(name_of).collect();
    match names {
        Some(names) if names.len() > 1 && problem.kind == Kind::UnknownQueryProperty => {
            let message = format!("{} It stands in {}.", problem.message, brief(&names.join("/")));
            Problem { message, ..problem }
        }
        _ => problem,
    }
}

fn name_of(step: &Step) -> Option<&str> {
    match step {
        Step::Name { name, arguments: None } => Some(&name.text),
        _ => None,
    }
}

/// The key properties that the arguments are of, in their order: a value without a name is that of the only one.
fn key_names(ty: &'static StructType, key: &Arguments) -> Option<Vec<&'static str>> {
    let primary = ty.key_properties();
    if let ([only], [Argument { name: None, .. }]) = (primary, key.items.as_slice()) {
        return Some(vec![*only]);
    }
    let alternate = ty.lineage().flat_map(|ty| ty.alternate_keys.iter().copied());
    std::iter::once(primary).chain(alternate).find_map(|names| {
        let named = |argument: &Argument| {
            let given = &argument.name.as_ref()?.text;
            names.iter().copied().find(|name| name.eq_ignore_ascii_case(given))
        };
        let found: Vec<_> = key.items.iter().map(named).collect::<Option<_>>()?;
        let is_whole = names.len() == found.len() && names.iter().all(|name| found.contains(name));
        is_whole.then_some(found)
    })
}
