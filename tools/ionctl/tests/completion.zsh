# SPDX-License-Identifier: GPL-2.0-only
#
# For the test "completion": completes its arguments, which are lines, in an
# interactive zsh, with the functions of $FOLDER if that is not empty. What is
# offered on them goes to the files 1, 2 and so on in $OFFERED.
zmodload zsh/zpty zsh/zselect

# Words go to a file; a call that only matches for its caller is left alone. At the
# end of each completion there is another file.
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

# until_there FILE: waits for it, for 20 seconds; what is on the terminal is of no interest.
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
