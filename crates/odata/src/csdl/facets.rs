//! How types and their facets are spelled, whatever the form of the document.

use edm::model::{Default, Model, Primitive, Property, StructKind, Type};

/// The type with its namespace.
pub(super) fn qualified(model: &Model, ty: &Type) -> String {
    match ty {
        Type::Primitive(primitive) => primitive.name().to_owned(),
        Type::Enum(_) | Type::Struct(_) | Type::Definition(_) => format!("{}.{}", model.namespace, ty.name()),
    }
}

/// The digits of a fraction of a second that values of the type keep; to say nothing would mean none.
pub(super) fn temporal_precision(primitive: Primitive) -> Option<u16> {
    match primitive {
        Primitive::DateTimeOffset => Some(7),
        Primitive::Duration => Some(9),
        Primitive::TimeOfDay => Some(12),
        _ => None,
    }
}

/// The precision to declare where a type is used; a type definition declares its own.
pub(super) fn precision(ty: &Type, own: Option<u16>) -> Option<u16> {
    match ty {
        Type::Primitive(primitive) => own.or_else(|| temporal_precision(*primitive)),
        Type::Enum(_) | Type::Struct(_) | Type::Definition(_) => own,
    }
}

/// Is it a decimal whose digits after the point nothing limits? XML has to say so: saying nothing would mean none.
pub(super) fn variable_scale(ty: &Type, own: Option<u16>) -> bool {
    own.is_none() && matches!(ty, Type::Primitive(Primitive::Decimal))
}

/// Does it hold entities? Of a list of those one does not say whether they can be null.
pub(super) fn is_entity(ty: &Type) -> bool {
    ty.structure().is_some_and(|ty| ty.kind == StructKind::Entity)
}

/// The default value as text.
pub(super) fn default_text(property: &Property) -> Option<String> {
    Some(match property.default? {
        Default::Boolean(value) => value.to_string(),
        Default::Integer(value) => value.to_string(),
        Default::Double(value) => double_text(value),
        Default::Text(value) | Default::Member(value) => value.to_owned(),
    })
}

/// A double as OData spells it.
pub(super) fn double_text(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "INF".to_owned(),
        f64::NEG_INFINITY => "-INF".to_owned(),
        value => value.to_string(),
    }
}
