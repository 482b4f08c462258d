# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion of vmspec-verify; options and check IDs come from the program.

# What --help says that an option takes: ": one (default), two, three".
_vmspec_verify_words()
{
	"${COMP_WORDS[0]}" --help 2>/dev/null |
		sed -n "/ --$1 /,/ --/{/ --$1 /{s/.*: //p;d};/ --/!p}" | sed 's/(default)//' | tr -d ',' | xargs -n 1
}

_vmspec_verify_ids()
{
	local profile i
	profile=$(_vmspec_verify_words profile | head -n 1)
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-p | --profile) profile=${COMP_WORDS[i + 1]} ;;
		esac
	done
	"${COMP_WORDS[0]}" --list --format lines --profile "$profile" 2>/dev/null
}

_vmspec_verify()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	# "--opt=value" reaches us as three words.
	if [[ $cur == = ]]; then
		cur=
	elif [[ $prev == = && COMP_CWORD -gt 1 ]]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	COMPREPLY=()
	case $prev in
	--root | --record | --state-dir)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	-o | --output | --waivers | --files-from | -i | --image | --from | --join | --diff)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	-p | --profile)
		mapfile -t COMPREPLY < <(compgen -W "$(_vmspec_verify_words profile)" -- "$cur")
		;;
	--persistence)
		mapfile -t COMPREPLY < <(compgen -W "arm check status disarm" -- "$cur")
		;;
	--arch)
		mapfile -t COMPREPLY < <(compgen -W "aarch64 aarch32 auto" -- "$cur")
		;;
	--owner)
		mapfile -t COMPREPLY < <(compgen -W "image hypervisor guest-admin" -- "$cur")
		;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W "$(_vmspec_verify_words format)" -- "$cur")
		;;
	--explain | --check)
		local head=
		[[ $cur == *,* ]] && head=${cur%,*},
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$(_vmspec_verify_ids)" -- "${cur##*,}")
		;;
	--waive)
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -S = -W "$(_vmspec_verify_ids)" -- "$cur")
		;;
	*)
		# further files go on after these
		local i
		for ((i = 1; i < COMP_CWORD; i++)); do
			[[ $cur != -* && ${COMP_WORDS[i]} == @(-i|--image|--from|--join|--diff) ]] || continue
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
		done
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" --help 2>/dev/null |
			grep -oE '^ +(-[a-zA-Z], )?--[a-z0-9-]+' | grep -oE -- '--?[a-zA-Z][a-z0-9-]*')" -- "$cur")
		;;
	esac
}

complete -F _vmspec_verify vmspec-verify
