//! Functions and actions, their parameters and what they return.

use crate::model::{Operation, OperationKind, Parameter, ReturnType, Type};

/// A function.
pub const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: ReturnType,
    description: &'static str,
) -> Operation {
    Operation {
        name,
        kind: OperationKind::Function,
        bound: false,
        composable: false,
        parameters,
        returns: Some(returns),
        description,
    }
}

/// An action.
pub const fn action(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: Option<ReturnType>,
    description: &'static str,
) -> Operation {
    Operation { name, kind: OperationKind::Action, bound: false, composable: false, parameters, returns, description }
}

impl Operation {
    /// Called on its first parameter.
    pub const fn bound(self) -> Self {
        Self { bound: true, ..self }
    }
    /// More path may follow the call.
    pub const fn composable(self) -> Self {
        Self { composable: true, ..self }
    }
}

/// A required, non-nullable parameter.
pub const fn parameter(name: &'static str, ty: Type) -> Parameter {
    Parameter { name, ty, collection: false, nullable: false, optional: false }
}

impl Parameter {
    /// Takes a list.
    pub const fn list(self) -> Self {
        Self { collection: true, ..self }
    }
}

/// Returns one value.
pub const fn returns(ty: Type) -> ReturnType {
    ReturnType { ty, collection: false, nullable: false }
}

/// Returns a list.
pub const fn returns_list(ty: Type) -> ReturnType {
    ReturnType { ty, collection: true, nullable: false }
}
