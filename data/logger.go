package data

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// statements tells the log of slow statements. Values never reach it: they are
// people's. Errors are for the caller, who knows what they mean.
type statements struct {
	log  *slog.Logger
	slow time.Duration
}

// ParamsFilter takes the values out of every statement that GORM would log.
func (s statements) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func (s statements) LogMode(logger.LogLevel) logger.Interface { return s }

func (s statements) Info(ctx context.Context, format string, args ...any) {
	s.log.DebugContext(ctx, "gorm: "+fmt.Sprintf(format, args...))
}

func (s statements) Warn(ctx context.Context, format string, args ...any) {
	s.log.WarnContext(ctx, "gorm: "+fmt.Sprintf(format, args...))
}

func (s statements) Error(ctx context.Context, format string, args ...any) {
	s.log.DebugContext(ctx, "gorm: "+fmt.Sprintf(format, args...))
}

// Trace is called after every statement. GORM measures begin with the real
// clock, and so does this.
func (s statements) Trace(ctx context.Context, begin time.Time, text func() (string, int64), _ error) {
	took := time.Since(begin)
	if took < s.slow {
		return
	}
	sql, rows := text()
	s.log.WarnContext(ctx, "slow statement", "took", took, "rows", rows, "sql", sql)
}
