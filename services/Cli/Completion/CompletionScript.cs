namespace DataPlatform.Services.Cli.Completion;

/// <summary>
/// What a shell reads to complete the words of <c>dp</c>. The shell asks the program that is typed, <c>dp "[suggest]" "LINE"</c> with
/// what is typed after its name up to the cursor; so nothing in a script goes out of date.
/// </summary>
public static class CompletionScript
{
    public static IReadOnlyDictionary<string, string> Of { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        // Words stand where Readline parts them; each is as it was typed.
        ["bash"] = """
            # To have it in every shell: echo 'source <(dp completion bash)' >> ~/.bashrc
            _dp() {
                local IFS=$' \t\n' line
                line="${COMP_WORDS[*]:1:COMP_CWORD}"
                IFS=$'\n'
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]/#\~/$HOME}" "[suggest]" "$line" 2> /dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
                [[ ${COMPREPLY[0]} != */ ]] || compopt -o nospace 2> /dev/null
            }
            complete -o default -F _dp dp

            """,
        ["fish"] = """
            # To have it in every shell: dp completion fish > ~/.config/fish/completions/dp.fish
            function __dp_complete
                set -l words (commandline -opc)
                set -l line (string join ' ' -- $words[2..-1] (commandline -ct))
                eval $words[1] '"[suggest]"' (string escape -- "$line") 2> /dev/null
            end
            complete -c dp -f -a '(__dp_complete)'

            """,
        ["zsh"] = """
            # To have it in every shell, after compinit: echo 'source <(dp completion zsh)' >> ~/.zshrc
            _dp() {
                local line="${words[2,CURRENT]}"
                local -a found
                found=(${(f)"$(${~words[1]} "[suggest]" "$line" 2> /dev/null)"})
                if [[ ${found[1]} == */ ]]; then compadd -S '' -a found; else compadd -a found; fi
            }
            compdef _dp dp

            """,
    };
}
