package members

import "strings"

// device is what a browser's name for itself tells a person.
type device struct{ Browser, System string }

// Words is the key of the words about the device: what is known fills {0} and {1}.
func (d device) Words() string {
	switch {
	case d.Browser != "" && d.System != "":
		return "members.device"
	case d.Browser != "" || d.System != "":
		return "members.device.half"
	}
	return "members.device.unknown"
}

// First is the browser, or the system if that is all that is known.
func (d device) First() string {
	if d.Browser == "" {
		return d.System
	}
	return d.Browser
}

// deviceOf reads a User-Agent header. Browsers claim to be each other; the first
// mark that is found is that of the one who claims the most.
func deviceOf(agent string) device {
	return device{
		Browser: marked(agent, [][2]string{
			{"YaBrowser/", "Yandex Browser"},
			{"Edg", "Edge"},
			{"OPR/", "Opera"},
			{"Vivaldi/", "Vivaldi"},
			{"SamsungBrowser/", "Samsung Internet"},
			{"FxiOS/", "Firefox"},
			{"Firefox/", "Firefox"},
			{"CriOS/", "Chrome"},
			{"Chrome/", "Chrome"},
			{"Safari/", "Safari"},
			{"curl/", "curl"},
		}),
		System: marked(agent, [][2]string{
			{"iPhone", "iPhone"},
			{"iPad", "iPad"},
			{"Android", "Android"},
			{"Windows", "Windows"},
			{"CrOS", "ChromeOS"},
			{"Mac OS X", "macOS"},
			{"Linux", "Linux"},
		}),
	}
}

// marked returns the name of the first mark in the text.
func marked(text string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return ""
}
