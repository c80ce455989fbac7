package statement

import "strings"

// A callKind says how far the answer of a function can be relied on.
type callKind uint8

const (
	callUnknown   callKind = iota // not listed: it may answer anything, and may even write
	callVolatile                  // it answers differently though no table changed, and writes nothing
	callScalar                    // one answer for one row, from its arguments alone
	callAggregate                 // one answer for many rows, or many for one
)

// kindOfCall looks a function up by its name in lower case.
func kindOfCall(d Dialect, name string) callKind {
	switch {
	case scalars[d][name]:
		return callScalar
	case aggregates[d][name]:
		return callAggregate
	case volatiles[d][name]:
		return callVolatile
	}
	return callUnknown
}

var (
	scalars    = [...]map[string]bool{SQLite: setOf(scalarSQLite), Postgres: setOf(scalarPostgres), MySQL: setOf(scalarMySQL)}
	aggregates = [...]map[string]bool{
		SQLite:   setOf(aggregateSQLite),
		Postgres: setOf(aggregatePostgres),
		MySQL:    setOf(aggregateMySQL),
	}
	volatiles = [...]map[string]bool{
		SQLite:   setOf(volatileSQLite),
		Postgres: setOf(volatilePostgres),
		MySQL:    setOf(volatileMySQL),
	}
)

const scalarSQLite = `abs acos acosh asin asinh atan atan2 atanh ceil ceiling char coalesce concat concat_ws cos cosh date datetime
	degrees exp floor format hex if ifnull iif instr json json_array json_array_length json_error_position json_extract
	json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid jsonb
	jsonb_array jsonb_extract jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set julianday length like
	likelihood likely ln log log10 log2 lower ltrim max min mod nullif octet_length pi pow power printf quote radians replace
	round rtrim sign sin sinh soundex sqrt strftime substr substring tan tanh time timediff trim trunc typeof unhex unicode
	unixepoch unlikely upper zeroblob`

// max and min of one argument are aggregates, so the scalar list has them in
// vain for windows: see [plainResult].
const aggregateSQLite = `avg count cume_dist dense_rank first_value generate_series group_concat json_each json_group_array
	json_group_object json_tree jsonb_each jsonb_group_array jsonb_group_object jsonb_tree lag last_value lead median nth_value ntile
	percent_rank percentile percentile_cont percentile_disc rank row_number string_agg sum total`

const volatileSQLite = `changes last_insert_rowid random randomblob sqlite_source_id sqlite_version total_changes`

const scalarPostgres = `abs acos asin atan atan2 age array_append array_cat array_dims array_fill array_length array_lower array_ndims
	array_position array_positions array_prepend array_remove array_replace array_to_json array_to_string array_upper ascii
	bit_length btrim cardinality cbrt ceil ceiling char_length character_length chr coalesce concat concat_ws cos date_bin
	date_part date_trunc decode degrees div encode exp extract factorial floor format gcd get_byte greatest host initcap isfinite
	json_array_length json_build_array json_build_object json_extract_path json_extract_path_text json_object
	json_strip_nulls json_typeof jsonb_array_length jsonb_build_array jsonb_build_object jsonb_extract_path
	jsonb_extract_path_text jsonb_insert jsonb_object jsonb_path_exists jsonb_path_match jsonb_path_query_array
	jsonb_path_query_first jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof justify_days justify_hours justify_interval
	lcm least left length ln log log10 lower lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz md5
	mod nullif num_nonnulls num_nulls numnode octet_length overlay phraseto_tsquery pi plainto_tsquery position pow power
	quote_ident quote_literal quote_nullable radians regexp_count regexp_instr regexp_like regexp_match regexp_replace
	regexp_split_to_array regexp_substr repeat replace reverse right round row_to_json rpad rtrim scale setweight sha224 sha256
	sha384 sha512 sign similarity sin split_part sqrt starts_with string_to_array strip strpos substr substring tan to_ascii
	to_char to_date to_hex to_json to_jsonb to_number to_timestamp to_tsquery to_tsvector translate trim trim_array trunc
	ts_headline ts_rank ts_rank_cd tsvector_to_array unaccent upper websearch_to_tsquery width_bucket word_similarity`

const aggregatePostgres = `array_agg avg bit_and bit_or bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every
	first_value generate_series generate_subscripts grouping json_agg json_array_elements json_array_elements_text json_each
	json_each_text json_object_agg json_object_keys jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_each
	jsonb_each_text jsonb_object_agg jsonb_object_keys jsonb_path_query lag last_value lead max min mode nth_value ntile
	percent_rank percentile_cont percentile_disc rank regexp_matches regexp_split_to_table row_number stddev stddev_pop
	stddev_samp string_agg string_to_table sum ts_stat unnest var_pop var_samp variance`

const volatilePostgres = `clock_timestamp current_database current_query current_schema current_schemas current_setting currval
	gen_random_bytes gen_random_uuid inet_client_addr inet_server_addr lastval localtime localtimestamp nextval now
	pg_advisory_lock pg_advisory_unlock pg_advisory_xact_lock pg_backend_pid pg_column_size pg_database_size pg_notify
	pg_relation_size pg_size_pretty pg_sleep pg_total_relation_size pg_try_advisory_lock pg_try_advisory_xact_lock random
	set_config setseed setval statement_timestamp timeofday transaction_timestamp txid_current uuid_generate_v1
	uuid_generate_v4 version`

const scalarMySQL = `abs acos adddate addtime ascii asin atan atan2 bin bit_count bit_length ceil ceiling char char_length
	character_length coalesce concat concat_ws conv convert convert_tz cos cot crc32 date date_add date_format date_sub
	datediff day dayname dayofmonth dayofweek dayofyear degrees elt exp export_set extract field find_in_set floor format
	from_base64 from_days from_unixtime greatest hex hour if ifnull inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr
	interval isnull json_array json_array_append json_array_insert json_compact json_contains json_contains_path json_depth
	json_exists json_extract json_insert json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve
	json_object json_overlaps json_pretty json_quote json_remove json_replace json_search json_set json_type json_unquote
	json_valid json_value last_day lcase least left length ln locate log log10 log2 lower lpad ltrim makedate maketime md5
	microsecond mid minute mod month monthname nullif oct octet_length ord period_add period_diff pi position pow power
	quarter quote radians regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right round rpad rtrim
	sec_to_time second sha sha1 sha2 sign sin soundex space sqrt st_x st_y st_distance st_distance_sphere st_contains
	st_within st_astext st_geomfromtext point str_to_date strcmp subdate substr substring substring_index subtime tan time
	time_format time_to_sec timediff timestamp timestampadd timestampdiff to_base64 to_days to_seconds trim truncate ucase
	unhex unix_timestamp upper values week weekday weekofyear weight_string year yearweek`

const aggregateMySQL = `any_value avg bit_and bit_or bit_xor count cume_dist dense_rank first_value group_concat grouping
	json_arrayagg json_objectagg lag last_value lead max median min nth_value ntile percent_rank percentile_cont
	percentile_disc rank row_number std stddev stddev_pop stddev_samp sum var_pop var_samp variance`

const volatileMySQL = `benchmark connection_id curdate current_date current_role current_time current_timestamp current_user curtime
	database found_rows get_lock is_free_lock is_used_lock last_insert_id lastval localtime localtimestamp nextval now rand
	release_lock row_count schema session_user setval sleep sysdate system_user user utc_date utc_time utc_timestamp uuid
	uuid_short version`

func setOf(text string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}
