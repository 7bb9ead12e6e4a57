# SPDX-License-Identifier: GPL-2.0-only
#
# Part of the test "completion". Completes the lines in its arguments in an
# interactive zsh, with the functions of $FOLDER if that is not empty. Writes the
# words that are offered to the files 1, 2 and so on in $OFFERED.
zmodload zsh/zpty zsh/zselect

# Write the words to a file, but not for calls that only match for their caller.
# Another file marks the end of each completion.
setup='
compadd() {
	local -a offered
	if [[ " $* " != *" -"[OAD]" "* ]]; then
		builtin compadd -O offered "$@"
		print -rl -- $offered >>$OFFERED/$NUMBER
	fi
	builtin compadd "$@"
}
complete_and_tell() {
	zle complete-word
	: >$OFFERED/end-$NUMBER
}
next() {
	BUFFER=
	NUMBER=$((NUMBER + 1))
	: >$OFFERED/begin-$NUMBER
}
zle -N complete_and_tell
zle -N next
bindkey -e
bindkey "^I" complete_and_tell
bindkey "^N" next
NUMBER=0 LISTMAX=1000'

# until_there FILE: wait for it, at most 20 seconds, and ignore the terminal.
until_there()
{
	local answer tries=2000

	while [[ ! -e $OFFERED/$1 ]] && ((tries-- > 0)); do
		while zpty -r -t ionctl answer; do :; done
		zselect -t 1
	done
	[[ -e $OFFERED/$1 ]] || exit 1
}

print -r -- "$setup" >$OFFERED/setup
zpty ionctl zsh -f -i
[[ -z $FOLDER ]] || zpty -w ionctl "fpath=(${(q)FOLDER} \$fpath)"
zpty -w ionctl "autoload -U compinit && compinit -u -D; . ${(q)OFFERED}/setup"
zpty -w ionctl ': >$OFFERED/ready'
until_there ready
for ((i = 1; i <= $#; i++)); do
	zpty -w -n ionctl $'\C-n'
	until_there begin-$i
	zpty -w -n ionctl "$argv[i]"$'\t'
	until_there end-$i
done
zpty -d ionctl
