# SPDX-License-Identifier: GPL-2.0-only
#
# Completes ionctl in fish. ionctl itself says what may come next.

function __ionctl_complete
    set -l typed (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($typed[1] __complete $typed[2..] "$word" 2>/dev/null)

    if test "$lines[1]" != :files
        printf '%s\n' $lines
    else if string match -q -- '--*=*' $word
        set -l before (string replace -r '=.*' '=' -- $word)
        for file in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $word))
            echo $before$file
        end
    else
        __fish_complete_path $word
    end
end

complete -c ionctl -f -a '(__ionctl_complete)'
