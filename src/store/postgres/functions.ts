/**
 * The few functions of SQLite that the features' statements use and PostgreSQL lacks, made in our schema under the same
 * names, so that both understand one text. All of them are pure.
 *
 * - `json_each`: the members of a list that is given as JSON, in order, as `key` (from 0) and `value`. Here a value is
 *   always a text, so that statements which want numbers say `cast(value as bigint)`.
 *   With a path of names, as `$.name.name`, those of the list there.
 * - `json_type`: what a text of JSON is; whole numbers are `real` too.
 * - `json_extract`: what a path of the form `$.name` or `$[0]` leads to, as text.
 * - `json_member`: what is under a name in a text that may be no JSON, as text. Indexes are made of it, so it stays as it is.
 * - `to_real`: the number that a text begins with, 0 for none; too large a one is infinite. `to_real_with_care` is for those
 *   that it may be too large or too small for, or no number.
 * - `glob`: whether a text matches a pattern with `*`, `?` and sets. The regular expression that it becomes has no back
 *   references, so that PostgreSQL's engine does not track back.
 */
export const functions: readonly string[] = [
  `create or replace function json_each(list text) returns table (key bigint, value text)
     language sql immutable parallel safe rows 100 as
     $$ select e.at - 1, e.member from json_array_elements_text(list::json) with ordinality as e (member, at) $$`,
  `create or replace function json_each(json text, path text) returns table (key bigint, value text)
     language sql immutable parallel safe rows 100 as
     $$ select e.at - 1, e.member from json_array_elements_text(json::json #> string_to_array(substr(path, 3), '.'))
          with ordinality as e (member, at) $$`,
  `create or replace function json_type(json text) returns text language sql immutable parallel safe as
     $$ select case json_typeof(json::json) when 'number' then 'real' when 'string' then 'text' else json_typeof(json::json) end $$`,
  `create or replace function json_extract(json text, path text) returns text
     language sql immutable parallel safe as
     $$ select jsonb_path_query_first(json::jsonb, path::jsonpath) #>> '{}' $$`,
  `create or replace function json_member(json text, name text) returns text language plpgsql immutable strict as
     $$ begin
       return json::json ->> name;
     exception when invalid_text_representation or untranslatable_character then
       return null;
     end $$`,
  `create or replace function to_real_with_care(value text) returns double precision language plpgsql immutable as
     $$ declare number text := coalesce(substring(value from '^\\s*([-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?)'), '0');
     begin
       return number::double precision;
     exception when numeric_value_out_of_range then
       return case when number ~* 'e-' then 0 when number like '-%' then '-Infinity' else 'Infinity' end;
     end $$`,
  // A block that catches costs 3 µs, and a server takes in no more than a single select: what cannot overflow is cast at once.
  `create or replace function to_real(value text) returns double precision language sql immutable parallel safe as
     $$ select case when length(value) < 200 and value ~ '^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]{1,2})?$'
          then value::double precision else to_real_with_care(value) end $$`,
  // Signs of expressions are escaped, then sets of one sign of globs become that sign by its number, then the signs.
  `create or replace function glob(pattern text, value text) returns boolean
     language sql immutable parallel safe as
     $$ select value ~ ('^' || replace(replace(replace(replace(replace(
          regexp_replace(pattern, '([\\\\.+^$(){}|])', '\\\\\\1', 'g'),
          '[*]', '\\u002A'), '[?]', '\\u003F'), '[[]', '\\u005B'), '*', '.*'), '?', '.') || '$') $$`,
]
