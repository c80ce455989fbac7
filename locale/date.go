package locale

import (
	"fmt"
	"time"
)

var monthsOf = map[Tag][12]string{
	English: {
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	},
	Russian: {
		"января", "февраля", "марта", "апреля", "мая", "июня",
		"июля", "августа", "сентября", "октября", "ноября", "декабря",
	},
}

// Date writes the day of t in words: "21 November 2026", "21 ноября 2026".
func Date(tag Tag, t time.Time) string {
	months, ok := monthsOf[tag]
	if !ok {
		months = monthsOf[English]
	}
	return fmt.Sprintf("%d %s %d", t.Day(), months[t.Month()-1], t.Year())
}

// DateTime writes the day and the minute of t: "21 November 2026, 18:05".
func DateTime(tag Tag, t time.Time) string {
	return Date(tag, t) + t.Format(", 15:04")
}
