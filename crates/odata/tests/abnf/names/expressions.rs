//! Names in expressions: paths, literals of enumerations, types.

use odata::syntax::tree::{Arguments, Binary, Expr, ExprKind, Literal, LiteralKind, Name, Path, Root, Step, TypeName};

use super::{
    ANNOTATED, ANY_ENTITIES, CALLED, COLLECTIONS, COMPLEX_CAST, DONE, ENTITIES, ENTITIES_CAST, ENTITY, ENTITY_CAST,
    KEYED, Kinds, Names, TYPE, Verdict, is_primitive,
};

impl Names {
    pub(crate) fn expr(&self, expr: &Expr) -> Verdict {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Path(path) => {
                let kinds = self.walk(path)?;
                // A type at the start, or of entities at the end, is nothing by itself.
                match kinds & !(TYPE | ENTITIES_CAST) {
                    0 => Err(format!("{path:?} leads nowhere")),
                    _ => Ok(()),
                }
            }
            ExprKind::Call { arguments, .. } => arguments.iter().try_for_each(|argument| self.expr(argument)),
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Binary { operator, left, right } => {
                self.expr(left)?;
                match (&right.kind, operator) {
                    (ExprKind::Literal(literal), Binary::Has) => {
                        self.literal(literal)?;
                        self.members(literal)
                    }
                    _ => self.expr(right),
                }
            }
            ExprKind::Logical { terms, .. } | ExprKind::List(terms) | ExprKind::Array(terms) => {
                terms.iter().try_for_each(|term| self.expr(term))
            }
            ExprKind::Case(branches) => branches.iter().try_for_each(|(condition, value)| {
                self.expr(condition)?;
                self.expr(value)
            }),
            ExprKind::Typed { operand, ty, .. } => {
                self.ty(ty)?;
                operand.as_ref().map_or(Ok(()), |operand| self.expr(operand))
            }
            ExprKind::Object(members) => members.iter().try_for_each(|(_, value)| self.expr(value)),
        }
    }

    pub(super) fn literal(&self, literal: &Literal) -> Verdict {
        match &literal.ty {
            Some(ty) if !ty.text.contains('.') || !self.qualified("enumerationTypeName", ty) => {
                Err(format!("no enumeration `{}`", ty.text))
            }
            Some(_) => self.members(literal),
            None if literal.kind == LiteralKind::Enum => self.members(literal),
            None => Ok(()),
        }
    }

    pub(crate) fn members(&self, literal: &Literal) -> Verdict {
        let number = |member: &str| {
            let digits = member.strip_prefix(['+', '-']).unwrap_or(member);
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        let admitted = |member: &str| number(member) || self.admits("enumerationMember", member);
        match literal.text.split(',').all(admitted) {
            true => Ok(()),
            false => Err(format!("no members `{}`", literal.text)),
        }
    }

    pub(crate) fn ty(&self, ty: &TypeName) -> Verdict {
        let (namespace, name) = ty.name.split();
        // Definitions of types may have any name.
        match namespace == Some("Edm") && is_primitive(name) || self.namespace(namespace) {
            true => Ok(()),
            false => Err(format!("no type `{}`", ty.name.text)),
        }
    }

    fn walk(&self, path: &Path) -> Result<Kinds, String> {
        let mut steps = path.steps.as_slice();
        let mut kinds = match (&path.root, steps.split_first()) {
            (Root::It | Root::This | Root::These, _) => ENTITY,
            (Root::Alias(_), _) => ENTITY | ANNOTATED,
            (Root::Root, Some((Step::Name { name, arguments }, rest))) => {
                steps = rest;
                self.root(name, arguments.as_ref())?
            }
            (Root::Implied, Some((Step::Name { name, arguments: None }, rest)))
                if self.scope.borrow().contains(&name.text) =>
            {
                steps = rest;
                ENTITY
            }
            // What begins a path may be whatever a member of an entity may be.
            (Root::Implied, _) => ENTITY,
            (Root::Root, _) => 0,
        };
        if kinds == 0 {
            return Err(format!("{path:?} begins nowhere"));
        }
        for step in steps {
            kinds = self.step(kinds, step)?;
            if kinds == 0 {
                return Err(format!("{step:?} does not fit"));
            }
        }
        Ok(kinds)
    }

    fn root(&self, name: &Name, arguments: Option<&Arguments>) -> Result<Kinds, String> {
        let listed = arguments.map_or(&[][..], std::slice::from_ref);
        let mut kinds = if self.admits("entitySetName", &name.text) { self.keyed(ENTITIES, listed)? } else { 0 };
        if self.admits("singletonEntity", &name.text) && arguments.is_none() {
            kinds |= ENTITY;
        }
        // Without parentheses it is not called.
        Ok(kinds | (self.call("Import", name, listed)? & !CALLED))
    }

    fn step(&self, kinds: Kinds, step: &Step) -> Result<Kinds, String> {
        let when = |of: Kinds, then: Kinds| if kinds & of != 0 { then } else { 0 };
        Ok(match step {
            Step::Name { name, arguments } => {
                let listed = arguments.as_ref().map_or(&[][..], std::slice::from_ref);
                let before = kinds | when(TYPE, COMPLEX_CAST);
                let mut after = self.member(before, name, listed, &name.text)?;
                // An entity may be read as a complex type too: the grammar does not tell them apart here.
                let leads = self.qualified("entityTypeName", name) || self.qualified("complexTypeName", name);
                if kinds & (ENTITY | KEYED) != 0 && listed.is_empty() && leads {
                    after = (after & !ENTITY_CAST) | TYPE;
                }
                after | (self.call("", name, listed)? & !CALLED)
            }
            Step::Key(key) => self.keyed(when(ANY_ENTITIES, ENTITIES), std::slice::from_ref(key))?,
            Step::Segment(name) => self.key_segment(kinds, &name.text),
            Step::Annotation { term, .. } => {
                let (namespace, _) = term.split();
                if self.namespace(namespace) { ANNOTATED } else { 0 }
            }
            Step::Count(options) => {
                self.options(options)?;
                when(COLLECTIONS, DONE)
            }
            Step::Filter(condition) => {
                self.expr(condition)?;
                (kinds & COLLECTIONS & !ENTITIES_CAST) | when(ENTITIES_CAST, ENTITIES)
            }
            Step::Lambda { body, .. } => {
                if let Some((variable, condition)) = body {
                    self.scope.borrow_mut().push(variable.text.clone());
                    let verdict = self.expr(condition);
                    self.scope.borrow_mut().pop();
                    verdict?;
                }
                when(COLLECTIONS, DONE)
            }
        })
    }
}
