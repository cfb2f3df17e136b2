package config

import "slices"

func keys() []string {
	var names []string
	for _, s := range Settings() {
		names = append(names, s.Key)
	}
	return names
}

func variables() []string {
	var names []string
	for _, s := range Settings() {
		names = append(names, s.Variable)
	}
	return names
}

func contains(names []string, name string) bool { return slices.Contains(names, name) }

// DidYouMean returns the end of a sentence about a wrong name: "; did you mean x?" for the known name nearest
// to it, and a full stop if none is near.
func DidYouMean(wrong string, known []string) string {
	best, least := "", max(2, len(wrong)/3)+1
	for _, name := range known {
		if d := distance(wrong, name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return "."
	}
	return "; did you mean " + best + "?"
}

// distance is the Levenshtein distance: how many characters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
