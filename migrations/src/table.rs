//! A table in the few words that this schema needs, for both databases.
//!
//! Text is compared by bytes everywhere (`COLLATE "C"` on PostgreSQL), so that lists fall in the same order.

use Kind::*;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Type of a column.
#[derive(Clone, Copy)]
pub enum Kind {
    /// Text, compared by bytes.
    Text,
    /// 32 bits.
    Int,
    /// 64 bits.
    Big,
    /// Yes or no.
    Bool,
    /// A day.
    Date,
    /// A moment, in UTC.
    Time,
    /// An id.
    Uuid,
    /// Bytes.
    Blob,
}

/// A column.
#[derive(Clone, Copy)]
pub struct Column {
    name: &'static str,
    kind: Kind,
    null: bool,
    key: bool,
    unique: bool,
    to: Option<&'static str>,
    default: Option<&'static str>,
}

/// A column that is not null.
pub fn col(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, null: false, key: false, unique: false, to: None, default: None }
}

impl Column {
    /// May be null.
    pub fn null(self) -> Self {
        Column { null: true, ..self }
    }
    /// Part of the primary key.
    pub fn key(self) -> Self {
        Column { key: true, ..self }
    }
    /// No value twice.
    pub fn unique(self) -> Self {
        Column { unique: true, ..self }
    }
    /// Refers to the key of a table (`id`, or `code` where that is the key).
    pub fn to(self, table: &'static str) -> Self {
        Column { to: Some(table), ..self }
    }

    /// The value of rows that are there already: text, or digits.
    pub fn default(self, value: &'static str) -> Self {
        Column { default: Some(value), ..self }
    }

    fn def(self, backend: DbBackend) -> ColumnDef {
        let mut def = ColumnDef::new(Alias::new(self.name));
        match self.kind {
            Text => {
                def.text();
                if backend == DbBackend::Postgres {
                    def.extra("COLLATE \"C\"");
                }
            }
            Int => std::mem::drop(def.integer()),
            Big => std::mem::drop(def.big_integer()),
            Bool => std::mem::drop(def.boolean()),
            Date => std::mem::drop(def.date()),
            Time => std::mem::drop(def.timestamp_with_time_zone()),
            Uuid => std::mem::drop(def.uuid()),
            Blob => std::mem::drop(def.blob()),
        }
        if !self.null {
            def.not_null();
        }
        match self.default.map(|v| (v, v.parse::<i32>())) {
            Some((_, Ok(n))) => std::mem::drop(def.default(n)),
            Some((text, Err(_))) => std::mem::drop(def.default(text)),
            None => {}
        }
        if self.unique {
            def.unique_key();
        }
        def
    }
}

/// A table with its indexes.
pub struct Table {
    name: &'static str,
    columns: Vec<Column>,
    indexes: Vec<(&'static [&'static str], bool)>,
}

/// A table of these columns.
pub fn table(name: &'static str, columns: &[Column]) -> Table {
    Table { name, columns: columns.to_vec(), indexes: Vec::new() }
}

impl Table {
    /// No combination twice.
    pub fn unique(mut self, columns: &'static [&'static str]) -> Self {
        self.indexes.push((columns, true));
        self
    }
    /// Found by these columns.
    pub fn index(mut self, columns: &'static [&'static str]) -> Self {
        self.indexes.push((columns, false));
        self
    }

    /// Creates the table and its indexes.
    ///
    /// # Errors
    /// What the database says.
    pub async fn create(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let mut create = sea_query::Table::create();
        create.table(Alias::new(self.name));
        let mut key = Index::create();
        for column in &self.columns {
            create.col(column.def(manager.get_database_backend()));
            if column.key {
                key.col(Alias::new(column.name));
            }
            if let Some(to) = column.to {
                let target = if matches!(column.kind, Text) { "code" } else { "id" };
                create.foreign_key(
                    ForeignKey::create()
                        .from(Alias::new(self.name), Alias::new(column.name))
                        .to(Alias::new(to), Alias::new(target)),
                );
            }
        }
        create.primary_key(&mut key);
        manager.create_table(create).await?;
        for (n, (columns, unique)) in self.indexes.iter().enumerate() {
            let mut index = Index::create();
            index.name(format!("{}_{}", self.name, n + 1)).table(Alias::new(self.name));
            for column in *columns {
                index.col(Alias::new(*column));
            }
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// Drops the table.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop(&self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.drop_table(sea_query::Table::drop().table(Alias::new(self.name)).to_owned()).await
    }
}

/// Adds columns to a table, one statement each: SQLite knows no more at once.
///
/// # Errors
/// What the database says.
pub async fn add(manager: &SchemaManager<'_>, table: &str, columns: &[Column]) -> Result<(), DbErr> {
    for column in columns {
        let def = column.def(manager.get_database_backend());
        let alter = sea_query::Table::alter().table(Alias::new(table)).add_column(def).to_owned();
        manager.alter_table(alter).await?;
    }
    Ok(())
}

/// Drops columns of a table.
///
/// # Errors
/// What the database says.
pub async fn drop(manager: &SchemaManager<'_>, table: &str, columns: &[&str]) -> Result<(), DbErr> {
    for column in columns {
        let alter =
            sea_query::Table::alter().table(Alias::new(table)).drop_column(Alias::new(*column)).to_owned();
        manager.alter_table(alter).await?;
    }
    Ok(())
}
